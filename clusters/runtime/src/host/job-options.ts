import type { JobRequest } from '@etis/contracts/jobs';
import type { ProductId } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';
import type { EnqueueOptions } from '../sdk/handler.ts';

type Asked = Pick<JobRequest, 'priority' | 'runAt' | 'dedupe' | 'reportTo'>;

const maxDelayMs = 366 * 24 * 3_600_000;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** The options of `enqueue` as the jobs port takes them; what was left out stays out. @throws RUNTIME_OUTGOING_INVALID */
export function jobOptions(options: EnqueueOptions, host: { product: ProductId; now: number }): Asked {
  const { priority, dedupe, report } = options;
  if (priority !== undefined && !(Number.isInteger(priority) && Math.abs(priority) <= 100)) {
    throw refused('the priority is not a whole number from -100 to 100');
  }
  if (dedupe !== undefined && !(typeof dedupe === 'string' && dedupe.length > 0 && dedupe.length <= 200 && !dedupe.includes('\0'))) {
    throw refused('dedupe is not a text of 1 to 200 characters without NUL');
  }
  const runAt = runAtOf(options, host.now);
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(runAt === undefined ? {} : { runAt }),
    ...(dedupe === undefined ? {} : { dedupe: dedupe.toWellFormed() }),
    ...(report === true ? { reportTo: host.product } : {}),
  };
}

function runAtOf({ delayMs, runAt }: EnqueueOptions, now: number): string | undefined {
  if (delayMs !== undefined && runAt !== undefined) throw refused('it names both delayMs and runAt; name one');
  if (delayMs !== undefined) {
    if (!(delayMs >= 0 && delayMs <= maxDelayMs)) throw refused(`delayMs is not from 0 to ${maxDelayMs}`);
    return delayMs === 0 ? undefined : new Date(now + delayMs).toISOString();
  }
  if (runAt === undefined) return undefined;
  const time = rfc3339.test(runAt) ? Date.parse(runAt) : Number.NaN;
  if (!(time <= now + maxDelayMs)) throw refused('runAt is not a time of RFC 3339, at most 366 days from now');
  return new Date(time).toISOString();
}

function refused(reason: string): Error {
  return errors.OUTGOING_INVALID('enqueue', reason);
}

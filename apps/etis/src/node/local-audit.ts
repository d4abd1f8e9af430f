import { join } from 'node:path';
import { openLocalAuditChain } from '@etis/agent';
import type { Context } from '@etis/contracts/context';
import type { Receipt } from '@etis/contracts/directives';
import type { Log } from '@etis/contracts/log';
import { createLoop, type Service, systemClock, traceIdOf, traceparentFrom } from '@etis/kernel';
import type { Home } from '../platform/home.ts';
import type { GovernedPart } from './governed-part.ts';

/** What was ordered on this node while the platform may have been away: chained on its disk, and handed over once it is back. */
export interface LocalAudit extends Service {
  /** Notes what became of a break-glass order. */
  noteOrder(receipt: Receipt): void;
}

const everyMs = 2_000;
const mostRows = 500;

export async function openLocalAudit({ identity, subscriber }: GovernedPart, { home, log }: { home: Home; log: Log }): Promise<LocalAudit> {
  if (identity === null || subscriber === null) throw new Error('a part that is not governed has nobody to hand its audit to');
  const chain = await openLocalAuditChain({ folder: join(home.link, identity.id), subscriber: identity.id, clock: systemClock, log });
  const context: Context = { actor: { kind: 'system', id: identity.id }, tenant: null, trace: traceIdOf(traceparentFrom(undefined)), log };
  const loop = createLoop({
    name: `local audit of ${identity.id}`,
    log,
    idleMs: everyMs,
    async round() {
      const waiting = chain.waiting(mostRows);
      if (waiting === null || !(await subscriber.sendAudit(waiting.through, waiting.rows))) return false;
      await chain.taken(waiting.through);
      return true;
    },
  });
  return {
    name: loop.name,
    noteOrder({ directive, outcome, reason }) {
      const entry = {
        action: `directive.break-glass-${outcome}`,
        target: `directive/${directive}`,
        ...(reason === null ? {} : { reason }),
      };
      chain
        .record(context, entry)
        .then(() => loop.wake())
        .catch((error: unknown) => log.error({ err: error, directive }, 'a break-glass order could not be recorded on this node'));
    },
    start: () => loop.start(),
    async stop() {
      await loop.stop();
      await chain.close();
    },
  };
}

import type { HandlerContext } from '@etis/runtime/sdk';
import type { Signal } from './progress.ts';

const keptMs = 24 * 3_600_000;
/** Of one tenant: a bound for numbers whose messages are mostly sent by somebody else while a send of ours waits long. */
const maxKept = 10_000;

/**
 * Keeps news of a message that no send is known by, for as long as a job's report could still name it: while a send waits for its message's id.
 * Otherwise it is of a message that somebody else sent. Resolves to whether it was kept.
 */
export async function keepStray(signal: Signal & { messageId: string }, context: HandlerContext): Promise<boolean> {
  const { tenant, tx, clock } = context;
  const now = clock.now();
  await tx.query('delete from stray_status where tenant_id = $1 and heard_at < $2', [tenant, new Date(now - keptMs)]);
  const [found] = await tx.query<{ waits: boolean }>(
    `select exists (
       select from send where tenant_id = $1 and number is not null and message_id is null and dead_at is null
     ) and (
       select count(*) from (select from stray_status where tenant_id = $1 limit $2) as kept
     ) < $2 as waits`,
    [tenant, maxKept],
  );
  if (found?.waits !== true) return false;
  await tx.query(
    `insert into stray_status (tenant_id, message_id, status, at, reason, heard_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, message_id, status, at) do nothing`,
    [tenant, signal.messageId, signal.step, signal.at, 'reason' in signal ? signal.reason : null, new Date(now)],
  );
  return true;
}

/** Takes out what was kept of a message. */
export async function takeStrays(messageId: string, { tenant, tx }: HandlerContext): Promise<readonly Signal[]> {
  const rows = await tx.query<{ status: Signal['step']; at: Date; reason: string | null }>(
    'delete from stray_status where tenant_id = $1 and message_id = $2 returning status, at, reason',
    [tenant, messageId],
  );
  return rows.map(({ status, at, reason }) => {
    const news = { messageId, at: at.toISOString() };
    return status === 'failed' || status === 'dead' ? { ...news, step: status, reason: reason ?? '' } : { ...news, step: status };
  });
}

import type { Context } from '@etis/contracts/context';
import type { Page } from '@etis/contracts/flow';
import type { SentMessage, SentMessages } from '@etis/contracts/sent';
import type { PlatformDb, TenantDb, Tx } from '@etis/postgres';
import { errors } from '../errors.ts';

interface Row {
  readonly job_id: string;
  readonly tenant_id: string;
  readonly channel: SentMessage['channel'];
  readonly recipient: string;
  readonly state: SentMessage['state'];
  readonly attempt: number;
  readonly message_id: string;
  readonly response: string | null;
  readonly begun_at: Date;
  readonly ended_at: Date | null;
  readonly micros: string;
}

// The cursor holds microseconds, as the rows do: milliseconds would skip or repeat rows of the same one.
const sql = `
select s.*, (extract(epoch from s.begun_at) * 1000000)::bigint as micros from send s
where ($1::text is null or s.tenant_id = $1) and ($2::text is null or s.channel = $2) and ($3::text is null or s.state = $3)
  and ($4::bigint is null or (s.begun_at, s.job_id) < (to_timestamp($4::bigint / 1000000.0), $5::uuid))
order by s.begun_at desc, s.job_id desc limit $6`;

/** The send ledger as a list. */
export function createSentMessages({ db }: { db: TenantDb & PlatformDb }): SentMessages {
  return {
    list(context, request) {
      const { tenant, channel, state, limit } = request;
      if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw errors.LIMIT_MALFORMED();
      const mark = readCursor(request.cursor);
      const read = async (tx: Tx): Promise<Page<SentMessage>> => {
        const values = [tenant ?? null, channel ?? null, state ?? null, mark?.micros ?? null, mark?.job ?? null, limit + 1];
        const rows = await tx.query<Row>(sql, values);
        const shown = rows.slice(0, limit);
        const last = shown.at(-1);
        return { items: shown.map(messageOf), next: rows.length > limit && last !== undefined ? `${last.micros}.${last.job_id}` : null };
      };
      return tenant === undefined ? db.platform(context, 'list what was sent', read) : db.tenant({ ...pick(context), tenant }, read);
    },
  };
}

function pick({ actor, trace, log }: Context): Pick<Context, 'actor' | 'trace' | 'log'> {
  return { actor, trace, log };
}

/** @throws WORKERS_CURSOR_MALFORMED */
function readCursor(cursor: string | undefined): { micros: string; job: string } | undefined {
  if (cursor === undefined) return undefined;
  const [, micros, job] = /^(\d{1,18})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor) ?? [];
  if (micros === undefined || job === undefined) throw errors.CURSOR_MALFORMED();
  return { micros, job };
}

function messageOf(row: Row): SentMessage {
  const { channel, recipient, state, attempt, response } = row;
  return {
    job: row.job_id,
    tenant: row.tenant_id,
    channel,
    recipient,
    state,
    attempt,
    messageId: row.message_id,
    response,
    begunAt: row.begun_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

import type { HandlerContext } from '@etis/runtime/sdk';
import type { IncomingMessage } from './incoming-message.ts';

/** How long a user's message opens a number for free text. */
const windowMs = 24 * 3_600_000;

/** A user as a number knows them. `lastInboundAt` is RFC 3339 in UTC. */
export interface Contact {
  readonly key: string;
  readonly lastInboundAt: string;
}

/** Kinds of messages that are not a user's word to the number. */
const silentKinds = new Set(['system', 'reaction', 'unknown']);

/** Whether a message opens the window and is marked as read. */
export function isUsersWord(kind: string): boolean {
  return !silentKinds.has(kind);
}

/** Opens the window of a message's sender, or keeps it open for longer; an older message changes nothing but what is missing. */
export async function refreshWindow({ number, from, at }: IncomingMessage, { tenant, tx }: HandlerContext): Promise<void> {
  await tx.query(
    `insert into contact_window (tenant_id, number, user_key, phone, name, last_inbound_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, number, user_key) do update set
       phone = case when excluded.last_inbound_at >= contact_window.last_inbound_at
         then coalesce(excluded.phone, contact_window.phone) else coalesce(contact_window.phone, excluded.phone) end,
       name = case when excluded.last_inbound_at >= contact_window.last_inbound_at
         then coalesce(excluded.name, contact_window.name) else coalesce(contact_window.name, excluded.name) end,
       last_inbound_at = greatest(contact_window.last_inbound_at, excluded.last_inbound_at)`,
    [tenant, number, from.key, from.phone, from.name, at],
  );
}

/** The contacts that a number has among these recipients, by recipient: a phone number or a business-scoped user id. */
export async function contactsOf(
  number: string,
  recipients: readonly string[],
  { tenant, tx }: HandlerContext,
): Promise<ReadonlyMap<string, Contact>> {
  const rows = await tx.query<{ recipient: string; user_key: string; last_inbound_at: Date }>(
    `select distinct on (recipient) recipient, user_key, last_inbound_at
     from unnest($3::text[]) as asked (recipient)
     join contact_window on tenant_id = $1 and number = $2 and (user_key = recipient or phone = recipient)
     order by recipient, last_inbound_at desc`,
    [tenant, number, recipients],
  );
  return new Map(rows.map((row) => [row.recipient, { key: row.user_key, lastInboundAt: row.last_inbound_at.toISOString() }]));
}

/** Whether free text may be sent to who wrote last at that time. */
export function isOpen(lastInboundAt: string | null, now: number): boolean {
  return lastInboundAt !== null && now - Date.parse(lastInboundAt) < windowMs;
}

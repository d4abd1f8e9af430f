import type { Context } from './context.ts';
import type { Page, PageRequest } from './flow.ts';
import type { TenantId } from './tenancy.ts';

export const sentChannels = ['email', 'whatsapp'] as const;
export type SentChannel = (typeof sentChannels)[number];

/**
 * A message as the send ledger knows it. `sent` is accepted by the outside system, which is not delivered; `unknown` may have been sent and
 * is never repeated. Times are RFC 3339 in UTC.
 */
export interface SentMessage {
  /** The job that sent it. */
  readonly job: string;
  readonly tenant: TenantId;
  readonly channel: SentChannel;
  readonly recipient: string;
  readonly state: 'sending' | 'sent' | 'refused' | 'unknown';
  readonly attempt: number;
  /** The outside system's id of the message; ours where it gives none. */
  readonly messageId: string;
  /** The outside system's own words. */
  readonly response: string | null;
  readonly begunAt: string;
  readonly endedAt: string | null;
}

/** Reads the send ledger, newest first. Without a tenant it crosses tenants' borders, which is audited. */
export interface SentMessages {
  list(context: Context, request: PageRequest & { channel?: SentChannel; state?: SentMessage['state'] }): Promise<Page<SentMessage>>;
}

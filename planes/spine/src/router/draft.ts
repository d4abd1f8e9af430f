import type { Delivery, ExternalRef } from '@etis/contracts/events';
import type { ProductId } from '@etis/contracts/tenancy';
import { columnText } from '../record/column-text.ts';

/** An event as read from a delivery, before it is known where it goes. */
export interface Draft {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string | null;
  readonly time: string;
  /** JSON text. */
  readonly data: string;
  readonly traceparent: string;
  readonly flow: string;
  readonly cause: string | null;
  readonly hop: number;
  /** The event that it repeats, for one of a replay. */
  readonly replayOf?: string;
  readonly whom:
    | { readonly by: 'refs'; readonly refs: readonly ExternalRef[] }
    | { readonly by: 'name'; readonly tenant: string; readonly project: string | null; readonly region: string | null };
  /** One lane, or a copy for each subscriber. `to` names the product where the event itself does. */
  readonly towards: { readonly way: 'broadcast' } | { readonly way: 'directed'; readonly to: ProductId | null };
}

/** Why a delivery, or one event of it, has no place. `filtered`: the tenant's products asked for its type, and the filter of each refuses it. `held`: a directive keeps its connection back; it is routed, in its turn, when that is over. */
export type UnmatchedReason =
  | 'unreadable'
  | 'unknown-event'
  | 'unresolved'
  | 'undirected'
  | 'tenant-suspended'
  | 'hop-limit'
  | 'filtered'
  | 'held';

/** What reading one delivery gave. It never throws: whatever goes wrong is a reason. */
export type Reading =
  | { readonly drafts: readonly Draft[] }
  | { readonly reason: UnmatchedReason; readonly detail: string; readonly flow?: string; readonly tenant?: string };

/** Bounds of one delivery's events, so that a small body cannot become an unbounded record. */
export const maxEvents = 1_000;
export const maxDataLength = 16 << 20;
export const maxTypeLength = 255;

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

/** The time that the source says where that is RFC 3339 in UTC, otherwise the moment of acceptance. */
export function eventTime(said: string | null, delivery: Delivery): string {
  if (said !== null && timePattern.test(said) && !Number.isNaN(Date.parse(said))) return said;
  return delivery.receivedAt.toISOString();
}

/** JSON text of what an adapter made; `null` for what JSON has no word for. @throws what JSON.stringify throws: a cycle, a bigint, too deep */
export function dataText(data: unknown): string {
  return JSON.stringify(data) ?? 'null';
}

export function subjectText(subject: string | null): string | null {
  return subject === null ? null : columnText(subject, 1_024);
}

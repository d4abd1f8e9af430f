import type { PlatformEvent } from '@etis/contracts/events';

/** The columns of `event` that make a PlatformEvent, for a select with the alias `ev`. */
export const eventColumns =
  'ev.id, ev.type, ev.source, ev.subject, ev.time, ev.tenant_id, ev.project, ev.region, ev.data, ev.traceparent, ev.flow_id, ev.cause_id, ev.hop, ev.replay_of';

export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string | null;
  readonly time: string;
  readonly tenant_id: string;
  readonly project: string | null;
  readonly region: string | null;
  readonly data: string;
  readonly traceparent: string;
  readonly flow_id: string;
  readonly cause_id: string | null;
  readonly hop: number;
  /** The event that this one repeats. */
  readonly replay_of: string | null;
}

export function platformEvent(row: EventRow): PlatformEvent {
  return {
    specversion: '1.0',
    id: row.id,
    source: row.source,
    type: row.type,
    subject: row.subject,
    time: row.time,
    data: JSON.parse(row.data) as unknown,
    tenant: row.tenant_id,
    project: row.project,
    region: row.region,
    traceparent: row.traceparent,
    flow: row.flow_id,
    cause: row.cause_id,
    hop: row.hop,
    ...(row.replay_of === null ? {} : { replayOf: row.replay_of }),
  };
}

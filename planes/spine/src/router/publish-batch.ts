import type { ProductId, TenantId } from '@etis/contracts/tenancy';
import type { SystemDb } from '@etis/postgres';
import type { LaneAddition } from '../dispatcher/lane-ahead.ts';
import type { EventRow } from '../record/event-row.ts';
import { fullOr } from '../record/record-full.ts';
import type { RoutedEvent } from './route.ts';

interface Row {
  readonly behind: boolean;
  readonly first_position: string;
  readonly known: readonly number[];
  readonly lane: number;
  readonly lane_id: string;
  readonly before: string;
}

const publishSql = `
select * from event_publish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::text[], $16::text[], $17::text[], $18, $19, $20)`;

const parted = '\u001F';
const none = '\u001E';

/** Whether a text can stand in a column as it travels. */
export function isPublishable(...texts: readonly (string | null)[]): boolean {
  return texts.every((text) => text === null || (!text.includes(parted) && text !== none && text !== ''));
}

function column(events: readonly RoutedEvent[], of: (event: RoutedEvent) => string | number | null): string {
  return events.map((event) => of(event) ?? none).join(parted);
}

/** Writes routed events and their entries in one commit. Resolves to what each lane got, or to `behind` where the inbox holds what goes first. @throws SPINE_FULL */
export async function publishBatch(db: SystemDb, events: readonly RoutedEvent[]): Promise<readonly LaneAddition[] | 'behind'> {
  const lanes = new Map<string, { number: number; tenant: TenantId; product: ProductId; events: number[] }>();
  const entryEvents: number[] = [];
  const entryLanes: number[] = [];
  const chunks: Buffer[] = [];
  const ends: number[] = [];
  let end = 0;
  for (const [index, event] of events.entries()) {
    const chunk = Buffer.from(event.data);
    chunks.push(chunk);
    end += chunk.length;
    ends.push(end);
    for (const { name, product } of event.lanes) {
      const lane = lanes.get(name) ?? { number: lanes.size + 1, tenant: event.tenant, product, events: [] };
      lanes.set(name, lane);
      lane.events.push(index + 1);
      entryEvents.push(index + 1);
      entryLanes.push(lane.number);
    }
  }
  const values = [
    column(events, ({ id }) => id),
    column(events, ({ type }) => type),
    column(events, ({ source }) => source),
    column(events, ({ subject }) => subject),
    column(events, ({ time }) => time),
    column(events, ({ tenant }) => tenant),
    column(events, ({ project }) => project),
    column(events, ({ region }) => region),
    column(events, ({ traceparent }) => traceparent),
    column(events, ({ flow }) => flow),
    column(events, ({ cause }) => cause),
    column(events, ({ hop }) => hop),
    Buffer.concat(chunks, end),
    ends.join(parted),
    [...lanes.keys()],
    [...lanes.values()].map(({ tenant }) => tenant),
    [...lanes.values()].map(({ product }) => product),
    entryEvents.join(parted),
    entryLanes.join(parted),
    column(events, ({ replayOf }) => replayOf ?? null),
  ];
  const rows = await db.statement<Row>(publishSql, values).catch((error: unknown) => {
    throw fullOr(error);
  });
  if (rows[0]?.behind === true) return 'behind';
  const byNumber = [...lanes.values()];
  return rows.map(({ lane, lane_id: laneId, before, first_position: first, known }) => {
    const passed = new Set(known);
    const numbers = (byNumber[lane - 1]?.events ?? []).filter((number) => !passed.has(number));
    const entries = numbers.flatMap((number) => {
      const event = events[number - 1];
      return event === undefined ? [] : [{ position: BigInt(first) + BigInt(number - 1), row: rowOf(event) }];
    });
    return { laneId, after: BigInt(before), entries };
  });
}

/** The event as the record gives it back. */
function rowOf(event: RoutedEvent): EventRow {
  const { id, type, source, subject, time, tenant, project, region, data, traceparent, flow, cause, hop, replayOf = null } = event;
  return {
    id,
    type,
    source,
    subject,
    time,
    tenant_id: tenant,
    project,
    region,
    data,
    traceparent,
    flow_id: flow,
    cause_id: cause,
    hop,
    replay_of: replayOf,
  };
}

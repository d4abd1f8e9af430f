import type { ReplaySelection, ReplayTarget } from '@etis/contracts/replays';
import { isUuid } from '@etis/kernel';
import { compileFilter, type EventFilter } from '@etis/kernel/event-filter';
import { errors } from '../errors.ts';
import type { EventRow } from '../record/event-row.ts';

/** Whether an event is meant. */
export type Selects = (event: EventRow) => boolean;

/** Checks what people gave. @throws SPINE_REPLAY_MALFORMED, EVENT_FILTER_INVALID */
export function compileSelection(selection: ReplaySelection, target: ReplayTarget): Selects {
  const { from, to, tenant, type, filter, flow, event, connection } = selection;
  const malformed = (why: string) => errors.REPLAY_MALFORMED(why);
  if (from === undefined && flow === undefined && event === undefined) {
    throw malformed('it says neither from when nor which flow or event');
  }
  if (connection !== undefined && [tenant, type, filter, flow, event, target.product, target.cluster].some((one) => one !== undefined)) {
    throw malformed('deliveries of a connection are read again whole: with "from" and "to" alone');
  }
  for (const [name, time] of Object.entries({ from, to })) {
    if (time !== undefined && Number.isNaN(Date.parse(time))) throw malformed(`"${name}" is not a time as RFC 3339 writes it`);
  }
  for (const [name, id] of Object.entries({ flow, event })) if (id !== undefined && !isUuid(id)) throw malformed(`"${name}" is not an id`);
  if (target.product !== undefined && target.cluster !== undefined) throw malformed('it names both a product and a cluster');
  const takes: EventFilter | undefined = filter === undefined ? undefined : compileFilter(filter);
  const prefix = type?.endsWith('.*') === true ? type.slice(0, -1) : undefined;
  return (row) => {
    if (prefix !== undefined && !row.type.startsWith(prefix)) return false;
    if (prefix === undefined && type !== undefined && row.type !== type) return false;
    return takes === undefined || takes(subjectOf(row)).takes;
  };
}

function subjectOf(row: EventRow): Parameters<EventFilter>[0] {
  const { type, source, subject, tenant_id: tenant, project, region, time, hop } = row;
  return {
    ...{ type, source, subject, tenant, project, region, time, hop: BigInt(hop) },
    get data() {
      return JSON.parse(row.data) as unknown;
    },
  };
}

import type { EventRoutingState } from '@etis/contracts/event-routing';
import type { SourceDescription, SourceKind } from '@etis/contracts/events';
import type { DeadLetter, DeliverySummary, EventDetail, Flow, LaneDepth, Page, SpineQueries, UnmatchedSummary } from '@etis/contracts/flow';
import type { JobDetail, Schedule, ScheduleStatus } from '@etis/contracts/jobs';
import type { SpineLookups, SpineOperations } from '@etis/contracts/operations';
import type { Replay } from '@etis/contracts/replays';
import type { SentMessage, SentMessages } from '@etis/contracts/sent';
import { errorCatalogue, uuidv7 } from '@etis/kernel';
import { exampleRecord } from './api/record/record-routes.ts';

const errors = errorCatalogue('SPINE', {
  CURSOR_MALFORMED: { kind: 'invalid', message: () => 'The cursor was not given by this list.' },
  SCHEDULE_INVALID: { kind: 'invalid', message: () => 'The schedule cannot be.' },
});

/** What a record in memory holds; a test writes into it. */
export interface RecordState {
  events: EventDetail[];
  flows: Flow[];
  deliveries: DeliverySummary[];
  unmatched: UnmatchedSummary[];
  deadLetters: DeadLetter[];
  lanes: LaneDepth[];
  eventRouting: EventRoutingState;
  replays: Replay[];
  jobs: JobDetail[];
  schedules: ScheduleStatus[];
  sent: SentMessage[];
}

/** The spine's and the workers' ports as the API meets them, over a record in memory. Every call is noted. */
export interface RecordUnderTest {
  readonly state: RecordState;
  readonly asked: { readonly method: string; readonly request: unknown }[];
  readonly spine: SpineQueries & SpineLookups;
  readonly operations: SpineOperations;
  readonly sent: SentMessages;
}

export function createRecord(initial: Partial<RecordState> = {}): RecordUnderTest {
  const state: RecordState = {
    events: [],
    flows: [],
    deliveries: [],
    unmatched: [],
    deadLetters: [],
    lanes: [],
    replays: [],
    eventRouting: { transport: 'direct', changedAt: '2026-01-01T00:00:00.000Z', settled: true, dispatchers: [] },
    jobs: [],
    schedules: [],
    sent: [],
    ...initial,
  };
  const asked: { method: string; request: unknown }[] = [];
  const note = (method: string, request: unknown): void => void asked.push({ method, request });

  const take = (list: { id?: string; delivery?: string }[], id: string): boolean => {
    const index = list.findIndex((item) => item.id === id || item.delivery === id);
    if (index >= 0) list.splice(index, 1);
    return index >= 0;
  };

  return {
    state,
    asked,
    spine: {
      async flow(id) {
        note('flow', id);
        return state.flows.find((flow) => flow.id === id) ?? null;
      },
      async events(request) {
        note('events', request);
        return pageOf(state.events, request);
      },
      async unmatched(request) {
        note('unmatched', request);
        return pageOf(state.unmatched, request);
      },
      async deadLetters(request) {
        note('deadLetters', request);
        return pageOf(state.deadLetters, request);
      },
      async lanes(request) {
        note('lanes', request);
        return state.lanes.filter(({ tenant }) => request.tenant === undefined || tenant === request.tenant);
      },
      async jobs(request) {
        note('jobs', request);
        return pageOf(state.jobs, request);
      },
      async job(id) {
        note('job', id);
        return state.jobs.find((job) => job.id === id) ?? null;
      },
      async deliveries(request) {
        note('deliveries', request);
        return pageOf(
          state.deliveries.filter(({ connection }) => connection === request.connection),
          request,
        );
      },
      async event(id) {
        note('event', id);
        return state.events.find((event) => event.id === id) ?? null;
      },
      async record() {
        note('record', null);
        return exampleRecord;
      },
    },
    operations: {
      async redrive(context, id) {
        note('redrive', [context.actor.id, id]);
        return take(state.deadLetters, id);
      },
      async discard(context, id, reason) {
        note('discard', [context.actor.id, id, reason]);
        return take(state.deadLetters, id);
      },
      async discardUnmatched(context, delivery, reason) {
        note('discardUnmatched', [context.actor.id, delivery, reason]);
        return take(state.unmatched, delivery);
      },
      async discardAllUnmatched(context, selection) {
        note('discardAllUnmatched', [context.actor.id, selection]);
        const changed = state.unmatched.splice(0, selection.limit).length;
        return { changed, more: state.unmatched.length > 0 };
      },
      replays: {
        async preview(selection, target) {
          note('previewReplay', [selection, target]);
          return { events: state.events.length, unplaced: 0, byType: [], byLane: [], sample: state.events, complete: true };
        },
        async start(context, order) {
          note('startReplay', [context.actor.id, order]);
          const started = { id: uuidv7(), state: 'running' as const, perSecond: 1_000, progress: 0, replayed: 0, unplaced: 0 };
          const replay = { ...started, startedAt: new Date(0).toISOString(), endedAt: null, error: null, ...order };
          state.replays.push(replay);
          return replay;
        },
        async list({ limit }) {
          return { items: state.replays.slice(0, limit), next: null };
        },
        show: async (id) => state.replays.find((replay) => replay.id === id) ?? null,
        async cancel(context, id, reason) {
          note('cancelReplay', [context.actor.id, id, reason]);
          const found = state.replays.find((replay) => replay.id === id && replay.state === 'running');
          if (found !== undefined) state.replays[state.replays.indexOf(found)] = { ...found, state: 'cancelled' };
          return found !== undefined;
        },
      },
      eventRouting: {
        show: async () => state.eventRouting,
        async choose(context, transport, reason) {
          note('chooseEventRouting', [context.actor.id, transport, reason]);
          state.eventRouting = { ...state.eventRouting, transport };
          return true;
        },
      },
      async detachLane(context, lane, reason) {
        note('detachLane', [context.actor.id, lane, reason]);
        return state.lanes.some((one) => one.lane === lane);
      },
      async redriveAll(context, selection) {
        note('redriveAll', [context.actor.id, selection]);
        const changed = state.deadLetters.splice(0, selection.limit).length;
        return { changed, more: state.deadLetters.length > 0 };
      },
      async replayUnmatched(context, delivery) {
        note('replayUnmatched', [context.actor.id, delivery]);
        return take(state.unmatched, delivery) ? { placed: 1, unmatched: 0 } : null;
      },
      async replayAllUnmatched(context, selection) {
        note('replayAllUnmatched', [context.actor.id, selection]);
        const changed = state.unmatched.splice(0, selection.limit).length;
        return { changed, more: state.unmatched.length > 0 };
      },
      async cancelJob(context, id) {
        note('cancelJob', [context.actor.id, id]);
        const index = state.jobs.findIndex((job) => job.id === id && ['ready', 'scheduled', 'leased'].includes(job.state));
        const job = state.jobs[index];
        if (job !== undefined) state.jobs[index] = { ...job, state: 'cancelled' };
        return job !== undefined;
      },
      schedules: {
        async set(schedule) {
          note('schedules.set', schedule);
          const status = { ...checked(schedule), nextAt: '2026-11-09T06:00:00.000Z', lastAt: null };
          state.schedules = [...state.schedules.filter(({ id, tenant }) => id !== schedule.id || tenant !== schedule.tenant), status];
          return status;
        },
        async remove(tenant, id) {
          const before = state.schedules.length;
          state.schedules = state.schedules.filter((schedule) => schedule.id !== id || schedule.tenant !== tenant);
          return state.schedules.length < before;
        },
        async list(tenant) {
          return state.schedules.filter((schedule) => schedule.tenant === tenant);
        },
      },
    },
    sent: {
      async list(context, request) {
        note('sent', [context.actor.id, request]);
        return pageOf(state.sent, request);
      },
    },
  };
}

/** Pages by offset. @throws SPINE_CURSOR_MALFORMED for a cursor that is no number */
function pageOf<T>(all: readonly T[], { limit, cursor = '0' }: { limit: number; cursor?: string }): Page<T> {
  if (!/^\d{1,6}$/.test(cursor)) throw errors.CURSOR_MALFORMED();
  const end = Number(cursor) + limit;
  return { items: all.slice(Number(cursor), end), next: end < all.length ? String(end) : null };
}

function checked(schedule: Schedule): Schedule {
  if (!/^\S+( \S+){4,5}$/.test(schedule.cron) || !Intl.supportedValuesOf('timeZone').includes(schedule.timeZone)) {
    throw errors.SCHEDULE_INVALID();
  }
  return schedule;
}

const tolerant = { checkSecret: () => {} };

/** One source of each sort. */
export const sourcesUnderTest: ReadonlyMap<SourceKind, SourceDescription> = new Map<SourceKind, SourceDescription>([
  ['autodesk', { kind: 'autodesk', title: 'Autodesk Platform Services', secret: 'generated', ...tolerant }],
  [
    'whatsapp',
    {
      kind: 'whatsapp',
      title: 'WhatsApp Business',
      secret: 'supplied',
      checkSecret(secret) {
        if (!/^[0-9a-f]{32}$/.test(secret)) throw new Error('a Meta app secret has 32 hexadecimal digits');
      },
      handshakeToken: (secret) => `token-of-${secret.length}`,
    },
  ],
  [
    'standard-webhooks',
    {
      kind: 'standard-webhooks',
      title: 'Standard Webhooks',
      secret: 'generated',
      newSecret: () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      ...tolerant,
    },
  ],
]);

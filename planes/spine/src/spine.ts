import { type Directives, unrestricted } from '@etis/contracts/directives';
import type { EventPublisher, Inbox, SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { SpineQueries } from '@etis/contracts/flow';
import type { Governance } from '@etis/contracts/governance';
import type { Jobs } from '@etis/contracts/jobs';
import type { Log } from '@etis/contracts/log';
import type { RecordFill, SpineBacklog, SpineLookups, SpineOperations } from '@etis/contracts/operations';
import type { Meter } from '@etis/contracts/telemetry';
import type { ClusterId, ProductId } from '@etis/contracts/tenancy';
import { type Clock, type Service, systemClock } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { createDispatcher } from './dispatcher/dispatcher.ts';
import { createJobLookups } from './jobs/job-lookups.ts';
import { createJobs } from './jobs/jobs.ts';
import { createSchedules } from './jobs/schedules/schedules.ts';
import { createCancelJob } from './operations/cancel-job.ts';
import { createDeadLetterOperations } from './operations/dead-letters.ts';
import { createDetachLane } from './operations/detach-lane.ts';
import { createDiscardUnmatched } from './operations/discard-unmatched.ts';
import { createEventRouting } from './operations/event-routing.ts';
import { createUnmatchedOperations } from './operations/replay-unmatched.ts';
import { createDeliveriesLookup } from './queries/deliveries.ts';
import { createEventLookup } from './queries/events.ts';
import { createQueries } from './queries/queries.ts';
import { createQueueSamples, type QueueSamples } from './queries/queue-samples.ts';
import { createHints } from './record/hints.ts';
import { createInbox, inboxChannel } from './record/inbox.ts';
import { createMaintenance } from './record/maintenance.ts';
import { createRecordBound, type FreeBytes, readFill } from './record/record-bound.ts';
import { createRecordLookup } from './record/record-state.ts';
import { createDeliverySource } from './replay/delivery-source.ts';
import { createReplayLoop } from './replay/replay-loop.ts';
import { createReplayStore } from './replay/replay-store.ts';
import { createReplays } from './replay/replays.ts';
import { createPublisher } from './router/publisher.ts';
import { createRouter } from './router/router.ts';
import { type SpineOverrides, spineSettings } from './settings.ts';
import { createChosenTransport, type TransportDriver } from './transports/chosen-transport.ts';

export interface SpineOptions {
  readonly db: SystemDb;
  readonly governance: Governance;
  /** By default nothing is restricted. */
  readonly directives?: Directives;
  /** What governs the dispatcher where that is governed apart from the router; by default the same. */
  readonly dispatching?: { readonly governance: Governance; readonly directives: Directives };
  /** By source kind. The source `platform` is the spine's own and needs none. */
  readonly adapters: ReadonlyMap<SourceKind, SourceAdapter>;
  /** What batches go over, until the record chooses another; the driver `direct`. */
  readonly transport: TransportDriver;
  /** The driver `bullmq`; by default this process has none. */
  readonly bullmq?: TransportDriver;
  /** The clusters that this process hosts; by default none. */
  readonly hosts?: () => readonly ClusterId[];
  /** This process, as people know it; `spine` by default. */
  readonly node?: string;
  /** Whether a product's lanes stand still at an entry that failed; by default none does. */
  readonly onFailure?: (product: ProductId) => 'set-aside' | 'stop-lane';
  /** Is told of every batch that was routed; by default nobody is. */
  readonly meter?: Meter;
  readonly log: Log;
  readonly clock?: Clock;
  /** How many bytes are free where the database keeps its data; by default not known. */
  readonly freeBytes?: FreeBytes;
  readonly settings?: SpineOverrides;
}

export interface Spine {
  readonly inbox: Inbox;
  readonly publisher: EventPublisher;
  readonly jobs: Jobs;
  readonly queries: SpineQueries;
  readonly lookups: SpineLookups & SpineBacklog;
  readonly operations: SpineOperations;
  readonly queues: QueueSamples;
  /** How large the record was when it was measured last, and how large it may be. */
  recordFill(): Promise<RecordFill>;
  /** What runs, in the order to start it; by default every part, so that one process is the whole spine. */
  services(parts?: readonly SpinePart[]): readonly Service[];
}

/** The inbox comes first, so that it is the last to stop and takes what others still hand in. */
const spineParts = ['inbox', 'jobs', 'dispatcher', 'router', 'maintenance'] as const;
export type SpinePart = (typeof spineParts)[number];

/** NOTIFY channel that says: there are new entries in lanes. */
const laneChannel = 'etis_spine_lane';

/**
 * The spine: the record with its router, dispatcher and jobs. Ports work as soon as it is made; deliveries move once the services run.
 * Several processes may run the same spine at once.
 */
export function createSpine(options: SpineOptions): Spine {
  const { db, governance, adapters } = options;
  const settings = spineSettings(options.settings);
  const log = options.log.child({ plane: 'spine' });
  const clock = options.clock ?? systemClock;
  const governed = { governance, directives: options.directives ?? unrestricted };
  const dispatching = options.dispatching ?? governed;
  const dispatcher = createDispatcher({
    db,
    governance: dispatching.governance,
    directives: dispatching.directives,
    clock,
    transport: createChosenTransport(
      { direct: options.transport, ...(options.bullmq === undefined ? {} : { bullmq: options.bullmq }) },
      options.hosts ?? (() => []),
    ),
    node: options.node ?? 'spine',
    ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }),
    log,
    settings: settings.dispatcher,
  });
  const laneHints = createHints({ db, log, channel: laneChannel, onHint: () => dispatcher.wake() });
  let isRouting = false;
  /** Tells the dispatchers of every process. */
  const onRouted = () => {
    dispatcher.wake();
    laneHints.send();
  };
  const publisher = createPublisher({
    db,
    inbox: { append: (delivery) => inbox.append(delivery) },
    ...governed,
    clock,
    routes: () => isRouting,
    onAdded(additions) {
      dispatcher.added(additions);
      laneHints.send();
    },
  });
  const replayStore = createReplayStore(db);
  const deliveries = createDeliverySource({ db, adapters });
  const replayLoop = createReplayLoop({
    db,
    store: replayStore,
    deliveries,
    ...governed,
    log,
    onAdded(additions) {
      dispatcher.added(additions);
      laneHints.send();
    },
  });
  const router = createRouter({
    db,
    ...governed,
    adapters,
    log,
    settings: settings.router,
    onRouted,
    ...(options.meter === undefined ? {} : { meter: options.meter }),
  });
  const inboxHints = createHints({ db, log, channel: inboxChannel, onHint: () => router.wake() });
  const inbox = createInbox({
    db,
    log,
    settings: settings.inbox,
    onAppended: () => router.wake(),
  });
  const jobStore = createJobs({
    db,
    log,
    settings: settings.jobs,
    onReported() {
      router.wake();
      inboxHints.send();
    },
  });
  const { enqueueIn, announce } = jobStore;
  const { schedules, service: scheduler } = createSchedules({ db, log, enqueueIn, announce });
  const services: Readonly<Record<SpinePart, readonly Service[]>> = {
    inbox: [inbox],
    jobs: [jobStore.service, scheduler],
    dispatcher: [dispatcher, laneHints],
    router: [
      whileRunning(router, (running) => {
        isRouting = running;
      }),
      inboxHints,
      replayLoop,
    ],
    maintenance: [
      createMaintenance({ db, clock, log, settings: settings.maintenance }),
      createRecordBound({ db, clock, log, freeBytes: options.freeBytes ?? (() => Promise.resolve(null)), settings: settings.maintenance }),
    ],
  };
  return {
    inbox,
    publisher,
    jobs: jobStore.jobs,
    queries: createQueries({ db, governance }),
    lookups: {
      deliveries: createDeliveriesLookup(db),
      event: createEventLookup(db),
      record: createRecordLookup({ db, settings: settings.maintenance }),
      ...createJobLookups(db),
    },
    operations: {
      ...createDeadLetterOperations({
        db,
        onRedriven() {
          onRouted();
          announce();
        },
      }),
      ...createUnmatchedOperations({ db, ...governed, adapters, onRouted }),
      ...createDiscardUnmatched(db),
      cancelJob: createCancelJob(db),
      detachLane: createDetachLane({ db, governance, onDetached: onRouted }),
      replays: createReplays({ db, store: replayStore, deliveries, governance, onStarted: () => replayLoop.wake() }),
      eventRouting: createEventRouting({ db, onChosen: onRouted }),
      schedules,
    },
    queues: createQueueSamples(db),
    recordFill: () => readFill(db),
    services: (parts = spineParts) => spineParts.filter((part) => parts.includes(part)).flatMap((part) => services[part]),
  };
}

/** The same service, which tells while it runs. */
function whileRunning(service: Service, tell: (running: boolean) => void): Service {
  return {
    name: service.name,
    async start() {
      await service.start();
      tell(true);
    },
    async stop() {
      tell(false);
      await service.stop();
    },
  };
}

import type { Inbox, SourceAdapter, SourceKind } from '@etis/contracts/events';
import type { SpineQueries } from '@etis/contracts/flow';
import type { Governance } from '@etis/contracts/governance';
import type { Jobs } from '@etis/contracts/jobs';
import type { Transport } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { Clock, Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { createDispatcher } from './dispatcher/dispatcher.ts';
import { createJobs } from './jobs/jobs.ts';
import { createQueries } from './queries/queries.ts';
import { createHints } from './record/hints.ts';
import { createInbox, inboxChannel } from './record/inbox.ts';
import { createMaintenance } from './record/maintenance.ts';
import { createRouter } from './router/router.ts';
import { type SpineOverrides, spineSettings } from './settings.ts';

export interface SpineOptions {
  readonly db: SystemDb;
  readonly governance: Governance;
  /** By source kind. The source `platform` is the spine's own and needs none. */
  readonly adapters: ReadonlyMap<SourceKind, SourceAdapter>;
  readonly transport: Transport;
  readonly log: Log;
  readonly clock?: Clock;
  readonly settings?: SpineOverrides;
}

export interface Spine {
  readonly inbox: Inbox;
  readonly jobs: Jobs;
  readonly queries: SpineQueries;
  /** In the order to start them. The inbox comes first, so that it is the last to stop and takes what others still hand in. */
  readonly services: readonly Service[];
}

/** NOTIFY channel that says: there are new entries in lanes. */
const laneChannel = 'etis_spine_lane';

/**
 * The spine: the record with its router, dispatcher and jobs. Ports work as soon as it is made; deliveries move once the services run.
 * Several processes may run the same spine at once.
 */
export function createSpine(options: SpineOptions): Spine {
  const { db, governance, adapters, transport } = options;
  const settings = spineSettings(options.settings);
  const log = options.log.child({ plane: 'spine' });
  const dispatcher = createDispatcher({ db, governance, transport, log, settings: settings.dispatcher });
  const laneHints = createHints({ db, log, channel: laneChannel, onHint: () => dispatcher.wake() });
  const router = createRouter({
    db,
    governance,
    adapters,
    log,
    settings: settings.router,
    onRouted: () => {
      dispatcher.wake();
      laneHints.send();
    },
  });
  const inboxHints = createHints({ db, log, channel: inboxChannel, onHint: () => router.wake() });
  const inbox = createInbox({
    db,
    log,
    settings: settings.inbox,
    onAppended: () => router.wake(),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const { jobs, service: jobService } = createJobs({ db, log, settings: settings.jobs });
  return {
    inbox,
    jobs,
    queries: createQueries({ db, governance }),
    services: [
      inbox,
      jobService,
      dispatcher,
      laneHints,
      router,
      inboxHints,
      createMaintenance({ db, log, settings: settings.maintenance }),
    ],
  };
}

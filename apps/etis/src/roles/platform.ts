import { emptyView } from '@etis/agent';
import {
  auditDomain,
  commandDomain,
  createCommandPlane,
  createLocalAuditIntake,
  createPublications,
  createTelemetryDesk,
  type DataMessage,
} from '@etis/command';
import { controlDomain, createControl } from '@etis/control';
import { sourceDescriptions } from '@etis/ingestion';
import { redactConfig, systemClock } from '@etis/kernel';
import { spineDomain } from '@etis/spine';
import { createSentMessages, workersDomain } from '@etis/workers';
import chosenEvolution from '../../../../etis.config.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { evolutionRows } from '../evolution/evolution.ts';
import { installations, products } from '../platform/installations.ts';
import { openOperatorToken } from '../platform/operator-token.ts';
import { alertDelivery } from './alert-delivery.ts';
import { audited, openAudit } from './open-audit.ts';
import type { Role } from './role.ts';

const settleMs = 1_000;

/** The control plane with its API, governance for every other process, and the record's housekeeping. */
export const platform: Role = {
  domains: [controlDomain, commandDomain, spineDomain, workersDomain, auditDomain, ...installations.map(({ domain }) => audited(domain))],
  spine: ['jobs', 'maintenance'],
  // For what is replayed here.
  parts: () => [{ kind: 'router', scope: null }],
  async prepare(node) {
    const { spine, vault, config, home, log, run, open, mount } = node;
    // Not before everything else could fail, so that a start that fails has not made a credential that nobody was shown.
    node.operator = await openOperatorToken(node.home);
    let view = emptyView;
    const plane = createCommandPlane({
      db: open(commandDomain),
      ...{ secrets: vault, installation: config.installation, rootFile: home.rootKey, clock: systemClock, log },
      listen: config.linkPort === null ? null : { host: config.linkHost, port: config.linkPort, urls: config.linkUrls },
      view: () => view,
      backlog: { lanes: spine.queries.lanes, openJobs: spine.lookups.openJobs },
      data: (message, subscriber) => takeData(message, subscriber),
      changed: (what) => node.control?.noteChange(what === 'fleet' ? 'fleet' : 'directives'),
    });
    const audit = openAudit(plane, node);
    const telemetry = createTelemetryDesk({
      db: open(commandDomain),
      clock: systemClock,
      async publish(event) {
        await spine.inbox.append(alertDelivery(event));
        node.control?.noteChange('alerts');
      },
      fleet: plane.members,
      record: spine.recordFill,
      log,
    });
    const intake = createLocalAuditIntake({ db: open(auditDomain), serves: plane.serves, log });
    async function takeData(message: DataMessage, subscriber: string): Promise<void> {
      if (message.type === 'telemetry') await telemetry.take(message.batch);
      else await intake.take(subscriber, message.rows);
    }

    const control = await run(
      createControl({
        db: open(controlDomain),
        secrets: vault,
        spine: { ...spine.queries, ...spine.lookups },
        operations: spine.operations,
        sent: createSentMessages({ db: open(workersDomain) }),
        sources: sourceDescriptions,
        command: { directives: plane.directives, fleet: plane.fleet, keys: plane.keys, audit: audit.desk, telemetry, recovery: plane },
        feed: plane.feed,
        // Who changed something finds it in force in this process once the change is answered.
        async publish(fresh) {
          view = fresh;
          if (node.command !== null) await plane.server.settled(settleMs);
        },
        log,
        clock: systemClock,
        environment: config.environment,
        products,
        clusters: installations.map(({ cluster }) => cluster),
        facts: {
          version: packageJson.version,
          startedAt: node.startedAt,
          config: redactConfig(config),
          evolution: async () =>
            evolutionRows(chosenEvolution, { 'event-routing': (await spine.operations.eventRouting.show()).transport }),
          checks: node.checks,
        },
      }),
    );
    node.control = control;
    // After control, which puts the data key in use that seals the plane's own keys.
    node.command = await run(plane);
    for (const service of [...audit.services, telemetry]) await run(service);
    mount(control.routes);
    const db = open(controlDomain);
    node.check('signing', async () => plane.signs());
    node.check('control database', () => db.statement('select 1').then(() => true));
  },
  async start(node) {
    const { outputs, command, config, log, open, run } = node;
    if (outputs === null || command === null) return;
    const { signer } = command.keys;
    const view = () => node.parts.of('router').governance.current();
    const db = open(commandDomain);
    const publications = createPublications({ db, signer, installation: config.installation, outputs, view, clock: systemClock, log });
    node.bundles = publications;
    await run(publications.loop);
  },
};

import { commandDomain, createSnapshotPublisher } from '@etis/command';
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
import type { Role } from './role.ts';

/** The control plane with its API, governance for every other process, and the record's housekeeping. */
export const platform: Role = {
  domains: [controlDomain, commandDomain, spineDomain, workersDomain],
  spine: ['jobs', 'maintenance'],
  async prepare(node) {
    const { spine, store, vault, config, log, run, open, mount } = node;
    // Not before everything else could fail, so that a start that fails has not made a credential that nobody was shown.
    node.operator = await openOperatorToken(node.home);
    const publisher = await run(createSnapshotPublisher({ db: open(commandDomain), dataKeys: vault.dataKeys, log }));
    const control = await run(
      createControl({
        db: open(controlDomain),
        secrets: vault,
        spine: { ...spine.queries, ...spine.lookups },
        operations: spine.operations,
        sent: createSentMessages({ db: open(workersDomain) }),
        sources: sourceDescriptions,
        publish(view) {
          store.publish(view);
          publisher.publish(view);
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
          evolution: evolutionRows(chosenEvolution),
          checks: node.checks,
        },
      }),
    );
    node.control = control;
    mount(control.routes);
    const db = open(controlDomain);
    node.check('control database', () => db.statement('select 1').then(() => true));
  },
};

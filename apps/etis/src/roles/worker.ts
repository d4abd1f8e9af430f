import { spineDomain } from '@etis/spine';
import { createWorkers, sendingDomain } from '@etis/workers';
import type { PartChoice } from '../node/governed-part.ts';
import type { NodeChoice } from '../node/node.ts';
import type { Role } from './role.ts';

/** Leases jobs and runs them in threads. */
export const worker: Role = {
  domains: [spineDomain, sendingDomain],
  spine: ['jobs'],
  parts: (choice) => [workerPart(choice)],
  async start({ spine, parts, meter, access, kindSettings, kinds, config, log, run }) {
    const databases = { [sendingDomain.name]: access.databases[sendingDomain.name] ?? '' };
    const role = sendingDomain.roles.tenant ?? '';
    // A job's thread gets the way into the workers' own database and into no other.
    const own = { ...access, databases, passwords: { [role]: access.passwords[role] ?? '' } };
    const { kind, scope } = workerPart({ kinds });
    const { directives } = parts.of(kind, scope);
    meter.watchQueues(() => spine.queues.jobs(kinds));
    await run(
      createWorkers({
        jobs: spine.jobs,
        directives,
        meter,
        access: own,
        settings: kindSettings,
        log,
        options: { logLevel: config.logLevel, only: kinds },
      }),
    );
  },
};

function workerPart({ kinds }: Pick<NodeChoice, 'kinds'>): PartChoice {
  return { kind: 'worker', scope: kinds === null ? null : [...kinds].sort().join(',') };
}

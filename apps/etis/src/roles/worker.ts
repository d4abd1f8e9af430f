import { spineDomain } from '@etis/spine';
import { createWorkers, workersDomain } from '@etis/workers';
import type { Role } from './role.ts';

/** Leases jobs and runs them in threads. */
export const worker: Role = {
  domains: [spineDomain, workersDomain],
  spine: ['jobs'],
  async start({ spine, directives, access, kindSettings, kinds, config, log, run }) {
    const databases = { [workersDomain.name]: access.databases[workersDomain.name] ?? '' };
    const role = workersDomain.roles.tenant ?? '';
    // A job's thread gets the way into the workers' own database and into no other.
    const own = { ...access, databases, passwords: { [role]: access.passwords[role] ?? '' } };
    await run(
      createWorkers({
        jobs: spine.jobs,
        directives,
        access: own,
        settings: kindSettings,
        log,
        options: { logLevel: config.logLevel, only: kinds },
      }),
    );
  },
};

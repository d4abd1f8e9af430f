import { spineDomain } from '@etis/spine';
import { createWorkers, sendingDomain } from '@etis/workers';
import type { Role } from './role.ts';

/** Leases jobs and runs them in threads. */
export const worker: Role = {
  domains: [spineDomain, sendingDomain],
  spine: ['jobs'],
  async start({ spine, directives, access, kindSettings, kinds, config, log, run }) {
    const databases = { [sendingDomain.name]: access.databases[sendingDomain.name] ?? '' };
    const role = sendingDomain.roles.tenant ?? '';
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

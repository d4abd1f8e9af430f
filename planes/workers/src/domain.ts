import { type Domain, roles } from '@etis/postgres';

/** The workers' own domain: workers keep no state, but what they sent has to outlive them. The platform may list that across tenants. */
export const workersDomain: Domain = {
  name: 'workers',
  migrations: [new URL('../migrations/', import.meta.url)],
  roles: { tenant: roles.app, platform: roles.platform },
};

/** The same as a job's thread reaches it: one tenant's rows at a time. */
export const threadDomain: Domain = { ...workersDomain, roles: { tenant: roles.app } };

import { type Domain, roles } from '@etis/postgres';

const workersRole = 'etis_workers';

/**
 * The workers' own domain: workers keep no state, but what they sent has to outlive them. The platform may list that across tenants. The role by which
 * workers reach one tenant's rows at a time is theirs alone, so that what runs in a worker has no way into the control plane.
 */
export const workersDomain: Domain = {
  name: 'workers',
  migrations: [new URL('../migrations/', import.meta.url)],
  roles: { tenant: workersRole, platform: roles.platform },
};

/** The same as a worker reaches it: one tenant's rows at a time. */
export const sendingDomain: Domain = { ...workersDomain, roles: { tenant: workersRole } };

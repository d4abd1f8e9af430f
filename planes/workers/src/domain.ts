import { type Domain, roles } from '@etis/postgres';

/** The workers' own domain: workers keep no state, but what they sent has to outlive them. */
export const workersDomain: Domain = {
  name: 'workers',
  migrations: [new URL('../migrations/', import.meta.url)],
  roles: { tenant: roles.app },
};

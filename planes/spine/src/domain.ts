import { type Domain, roles } from '@etis/postgres';

/** The record of all tenants: inbox, events, lanes, dead letters and jobs. Only its own role reaches it. */
export const spineDomain: Domain = {
  name: 'spine',
  migrations: [new URL('../migrations/', import.meta.url)],
  roles: { system: roles.spine },
};

import { type Domain, roles } from '@etis/postgres';

/** Keys, subscribers, directives and the order of everything that governs. Only the platform's own processes reach it. */
export const commandDomain: Domain = {
  name: 'command',
  migrations: [new URL('../migrations/', import.meta.url)],
  roles: { platform: roles.platform, system: 'etis_command' },
};

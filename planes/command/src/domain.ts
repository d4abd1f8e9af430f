import { type Domain, roles } from '@etis/postgres';

/** What governance is handed on through. The platform role writes it; the system role may ask for the newest version and do nothing else. */
export const commandDomain: Domain = {
  name: 'command',
  migrations: [new URL('../migrations/', import.meta.url)],
  roles: { platform: roles.platform, system: 'etis_command' },
};

/** The same domain for who only follows: it opens without the platform role's password. */
export const followedDomain: Domain = { ...commandDomain, roles: { system: 'etis_command' } };

/** NOTIFY channel that says: there is a newer snapshot. */
export const snapshotChannel = 'etis_command_snapshot';

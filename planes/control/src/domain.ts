import { type Domain, roles } from '@etis/postgres';

/**
 * The control plane's domain. Its system role may ask for the version of the governed state and do nothing else: the compiler asks again and
 * again, which crosses no tenant's border and so is no reason for an audit row each time.
 */
export const controlDomain: Domain = {
  name: 'control',
  migrations: [new URL('../migrations/', import.meta.url)],
  roles: { tenant: roles.app, platform: roles.platform, system: 'etis_control' },
};

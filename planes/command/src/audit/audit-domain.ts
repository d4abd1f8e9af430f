import { type Domain, roles } from '@etis/postgres';

/** Where audited actions are sealed. Apart from every plane: who writes actions cannot write the chain over them. */
export const auditDomain: Domain = {
  name: 'audit',
  migrations: [new URL('../../migrations/audit/', import.meta.url)],
  roles: { system: roles.audit },
};

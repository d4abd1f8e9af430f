import { type Domain, roles } from '../domain.ts';
import { errors } from '../errors.ts';

const namePattern = /^[a-z][a-z0-9_]{0,39}$/;
const rolePattern = /^etis_[a-z0-9_]{1,58}$/;
/** Schemas that are PostgreSQL's or made by `prepare` itself. */
const reserved = /^(public|auth|information_schema|pg_.*)$/;

/** Refuses what would not hold its promises as a schema or a role. @throws POSTGRES_DOMAIN_INVALID */
export function checkDomains(domains: readonly Domain[], adminUser: string): void {
  const names = new Set<string>();
  const untouchable = new Set<string>([roles.owner, roles.auth, adminUser]);
  for (const { name, roles: declared } of domains) {
    if (!namePattern.test(name) || reserved.test(name)) {
      throw errors.DOMAIN_INVALID(
        name,
        'its name must be 1 to 40 characters of a-z, 0-9 and "_", start with a letter, and not be reserved',
      );
    }
    if (names.has(name)) throw errors.DOMAIN_INVALID(name, 'there are two of that name');
    names.add(name);
    for (const role of Object.values(declared)) {
      if (!rolePattern.test(role) || untouchable.has(role)) {
        throw errors.DOMAIN_INVALID(
          name,
          `"${role}" cannot be one of its roles: they start with etis_ and are neither the owner, the authentication role nor the administrator`,
        );
      }
    }
    if (declared.platform !== undefined && (declared.platform === declared.tenant || declared.platform === declared.system)) {
      throw errors.DOMAIN_INVALID(name, 'its platform role sees all tenants, so it cannot be the tenant or system role too');
    }
  }
}

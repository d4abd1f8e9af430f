import type { ConfigurationEntry } from '@etis/contracts/configuration';
import type { ConnectionView } from '@etis/contracts/governance';
import type { TenantId } from '@etis/contracts/tenancy';

/** A connection for those who have to know of it and never verify what it delivers. */
export function withoutSecrets(connection: ConnectionView): ConnectionView {
  return { ...connection, secrets: [] };
}

/** A parameter or flag for those who may know of some tenants only: what is said of any other is not in it. A rule for others alone stays and fits nobody. */
export function forTenants(entry: ConfigurationEntry, isKnown: (tenant: TenantId) => boolean): ConfigurationEntry {
  if (entry.kind === 'parameter') {
    return { ...entry, settings: entry.settings.filter(({ at }) => !('tenant' in at) || isKnown(at.tenant)) };
  }
  const rules = entry.rules.map((rule) => (rule.tenants === undefined ? rule : { ...rule, tenants: rule.tenants.filter(isKnown) }));
  return { ...entry, rules };
}

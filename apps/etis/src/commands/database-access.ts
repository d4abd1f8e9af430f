import type { Config } from '@etis/kernel';
import type { Output } from '../output.ts';
import { domains } from '../platform/domains.ts';
import { openHome } from '../platform/home.ts';
import { preparedAccess, reducedAccess } from '../platform/open-database.ts';
import { domainsOf } from '../roles/role.ts';
import { chosenRoles } from '../roles/role-names.ts';

/** Prints the part of `credentials/database.json` that a node needs, for the home of that node. @throws ETIS_DATABASE_NOT_PREPARED, ETIS_NODE_UNKNOWN */
export async function databaseAccess(config: Config, choice: { role?: string; node?: string }, output: Output): Promise<void> {
  const roles = chosenRoles(choice);
  const access = await preparedAccess(await openHome(config.home), domains);
  output.json(reducedAccess(access, await domainsOf(roles)));
}

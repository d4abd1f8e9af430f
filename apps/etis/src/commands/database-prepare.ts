import { type Config, createLog } from '@etis/kernel';
import { adminAccessFromUrl } from '@etis/postgres';
import { errors } from '../errors.ts';
import { type Output, table } from '../output.ts';
import { domains } from '../platform/domains.ts';
import { openHome } from '../platform/home.ts';
import { prepareDatabase } from '../platform/open-database.ts';

/** Splits the database behind DATABASE_URL into roles, schemas and tables, as the administrator that the URL names. */
export async function databasePrepare(config: Config, output: Output): Promise<void> {
  if (config.databaseUrl === null) throw errors.DATABASE_URL_MISSING();
  const home = await openHome(config.home);
  const access = await prepareDatabase({
    admin: adminAccessFromUrl(config.databaseUrl),
    layout: config.databases,
    home,
    domains,
    log: createLog({ level: config.logLevel, role: 'db prepare' }),
  });
  output.line(table(['DOMAIN', 'DATABASE'], Object.entries(access.databases)));
  output.line();
  output.line(`The passwords of the platform's roles are in ${home.databaseAccess} (mode 0600).`);
  output.line('Next:  npm run etis -- up   (with the same DATABASE_URL and ETIS_HOME)');
  output.line('or     npm run etis -- db access --node routing   for what a node of its own is to be given');
}

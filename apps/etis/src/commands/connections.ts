import type { Connection, IssuedSecret } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { clockTime, type Output, terminal } from '../output.ts';
import { given, listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing, whole } from './listing.ts';

export async function listConnections(config: Config, options: PageOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/connections', { params: { query: pageQuery(options) } });
  const columns = {
    titles: ['CONNECTION', 'SOURCE', 'TENANT', 'STATE', 'SECRETS'],
    cells: ({ id, source, tenant, enabled, secrets }: Connection) => [
      id,
      source,
      tenant ?? '(resolved)',
      enabled ? 'enabled' : 'disabled',
      secrets.map(secretAge).join(', '),
    ],
    none: 'No connections yet: "etis connections create <id> <source>" makes one.',
  };
  printPage(output, options, { page: data, columns });
}

function secretAge({ createdAt, expiresAt }: Connection['secrets'][number]): string {
  return `of ${createdAt.slice(0, 10)}${expiresAt === null ? '' : `, until ${expiresAt.slice(0, 10)} ${clockTime(expiresAt)}`}`;
}

export interface CreateConnectionOptions extends ShowOptions {
  readonly tenant?: string;
  readonly secret?: string;
}

export async function createConnection(
  config: Config,
  connection: { id: string; source: string },
  options: CreateConnectionOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const body = { ...connection, ...given({ tenant: options.tenant, secret: options.secret }) };
  const { data } = await platform.post('/api/v1/connections', { body });
  printIssued(data, options, output);
}

export interface RotateOptions extends ShowOptions {
  readonly secret?: string;
  readonly grace?: number;
}

export async function rotateConnection(config: Config, id: string, options: RotateOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.post('/api/v1/connections/{connection}/rotate', {
    params: { path: { connection: id } },
    body: given({ secret: options.secret, graceSeconds: options.grace }),
  });
  printIssued(data, options, output);
}

function printIssued(issued: IssuedSecret, options: ShowOptions, output: Output): void {
  if (options.json) {
    output.json(issued);
    return;
  }
  output.line(`Connection ${issued.connection.id} (${issued.connection.source}) takes deliveries at ${issued.callbackPath}`);
  if (issued.secret !== null)
    output.line(`  secret           ${issued.secret}\n                   shown this once; enter it at the other system`);
  if (issued.handshakeToken !== null) output.line(`  handshake token  ${issued.handshakeToken}`);
  const older = issued.connection.secrets.find(({ expiresAt }) => expiresAt !== null);
  if (older?.expiresAt) output.line(`  the secret before stays good until ${older.expiresAt}`);
}

export async function setConnectionEnabled(
  config: Config,
  connection: { id: string; enabled: boolean },
  options: ShowOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { id, enabled } = connection;
  const { data } = await platform.patch('/api/v1/connections/{connection}', { params: { path: { connection: id } }, body: { enabled } });
  printDone(output, options, { data, sentence: `The connection ${id} is ${data.enabled ? 'enabled' : 'disabled: it accepts nothing'}.` });
}

/** `etis connections list | create | rotate | enable | disable`. */
export function registerConnections(program: Command): void {
  const connections = program.command('connections').description('configured external sources');
  listing(connections.command('list', { isDefault: true }), 'connections with the age of their secrets').action((options: PageOptions) =>
    listConnections(readEnvironment(), options, terminal),
  );
  showing(connections.command('create'), 'create a connection; a secret that the platform makes is shown once')
    .argument('<id>')
    .argument('<source>', 'for example autodesk')
    .option('--tenant <id>', 'the tenant that it belongs to; by default the resolver tells tenants apart')
    .option('--secret <text>', 'the secret that the other system gave')
    .action((id: string, source: string, options: CreateConnectionOptions) =>
      createConnection(readEnvironment(), { id, source }, options, terminal),
    );
  showing(connections.command('rotate'), 'give a connection a new secret; the one before stays good for a while')
    .argument('<id>')
    .option('--secret <text>', 'the secret that the other system gave')
    .option('--grace <seconds>', 'how long the secret before stays good; a day by default', whole)
    .action((id: string, options: RotateOptions) => rotateConnection(readEnvironment(), id, options, terminal));
  for (const [word, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    showing(connections.command(word), enabled ? 'accept deliveries again' : 'accept nothing any more')
      .argument('<id>')
      .action((id: string, options: ShowOptions) => setConnectionEnabled(readEnvironment(), { id, enabled }, options, terminal));
  }
}

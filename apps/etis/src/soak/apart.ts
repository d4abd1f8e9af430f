import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@etis/kernel';
import { createEmbeddedServer, type DatabaseAccess } from '@etis/postgres';
import { identityOf } from '../node/part-identity.ts';
import { domains } from '../platform/domains.ts';
import { type Home, homeAt, openHome, writePrivate } from '../platform/home.ts';
import { prepareDatabase, reducedAccess } from '../platform/open-database.ts';
import { domainsOf, partsOf } from '../roles/role.ts';
import { chosenRoles, type RoleName } from '../roles/role-names.ts';
import { freePort } from './free-port.ts';
import { createNodeProcess, type NodeProcess } from './node-process.ts';
import { type Outside, startOutside } from './outside.ts';
import { until } from './until.ts';
import { whatsappNumbers } from './world.ts';

/** Places for processes, each with a home and an address of its own; `product` stands for cluster and worker in one process. */
export type Place = 'routing' | 'platform' | 'cluster' | 'worker' | 'product';

/** An installation whose nodes run apart: processes of their own on one PostgreSQL, with nothing in common but the databases and the master key. */
export interface Apart {
  readonly access: DatabaseAccess;
  readonly outside: Outside;
  /** Every place that was asked for, by its name and number, such as `routing-1`. */
  readonly processes: readonly NodeProcess[];
  of(place: Place): readonly NodeProcess[];
  token(): Promise<string>;
  /** Of a process of that name. */
  home(name: string): Home;
  /** `kill -9`; the server is started again as soon as its end is seen. */
  killDatabase(): Promise<void>;
  stop(): Promise<void>;
}

const choices: { readonly [Name in Place]: readonly string[] } = {
  routing: ['--node', 'routing'],
  platform: ['--node', 'platform'],
  product: ['--node', 'product'],
  cluster: ['--role', 'cluster'],
  worker: ['--role', 'worker'],
};

/** Starts PostgreSQL and what stands for the outside; the processes are made and not started. */
export async function createApart(counts: Readonly<Partial<Record<Place, number>>>, settings: Record<string, string> = {}): Promise<Apart> {
  const folder = await mkdtemp(join(tmpdir(), 'etis-apart-'));
  // As an administrator would have it: a database that runs as another user has to reach its folder in it.
  await chmod(folder, 0o755);
  const database = createEmbeddedServer({
    home: join(folder, 'database'),
    log: silentLog,
    flags: ['max_connections = 300'],
    notice: () => {},
  });
  await mkdir(join(folder, 'database'));
  await database.start();
  const outside = await startOutside();
  const administration = await openHome(join(folder, 'administration'));
  const access = await prepareDatabase({ admin: database.admin(), layout: 'each', home: administration, domains, log: silentLog });

  const places = Object.entries(counts).flatMap(([place, count]) =>
    Array.from({ length: count }, (_, n) => ({ place: place as Place, n: n + 1 })),
  );
  const ports = await Promise.all(places.map(() => freePort()));
  const linkPorts = await Promise.all(places.map(() => freePort()));
  const platformUrls = places.flatMap(({ place }, index) => (place === 'platform' ? [`http://127.0.0.1:${ports[index]}`] : []));
  const common = {
    ETIS_MASTER_KEY: randomBytes(32).toString('base64'),
    ETIS_LOG_LEVEL: 'error',
    ETIS_LINK_URL: places
      .flatMap(({ place }, index) => (place === 'platform' ? [`wss://127.0.0.1:${linkPorts[index]}/link`] : []))
      .join(','),
    ETIS_PLATFORM_URL: platformUrls.join(','),
    ETIS_SMTP_URL: outside.smtpUrl,
    ETIS_MAIL_FROM: 'etis@example.com',
    ETIS_WHATSAPP_BASE_URL: outside.graphUrl,
    ETIS_WHATSAPP_TOKENS: JSON.stringify(Object.fromEntries(whatsappNumbers.map((number) => [number, 'token']))),
    ...settings,
  };

  async function makeProcess({ place, n }: (typeof places)[number], index: number): Promise<NodeProcess> {
    const args = choices[place];
    // Processes of the platform share the operator's credential; any other has a home of its own, with the passwords that its roles need.
    const home = await openHome(join(folder, place === 'platform' ? place : `${place}-${n}`));
    const [, choice = ''] = args;
    const roles = chosenRoles(args[0] === '--node' ? { node: choice } : { role: choice });
    await writePrivate(home.databaseAccess, JSON.stringify(reducedAccess(access, await domainsOf(roles))));
    return createNodeProcess({
      name: `${place}-${n}`,
      args: ['serve', ...args],
      port: ports[index] ?? 0,
      environment: {
        ...common,
        ETIS_HOME: home.folder,
        ETIS_NODE: `${place}-${n}`,
        ...(place === 'platform' ? { ETIS_LINK_PORT: `${linkPorts[index]}` } : { ETIS_LINK_TOKENS: join(home.folder, 'tokens') }),
      },
    });
  }

  const processes = await Promise.all(places.map((place, index) => makeProcess(place, index)));
  const token = async () => (await readFile(join(folder, 'platform', 'credentials', 'operator-token'), 'utf8')).trim();

  /** As an operator does it: with a platform at work, each place gets the tokens of its parts. */
  async function inviteAll(): Promise<void> {
    const [platform] = processes.filter(({ name }) => name.startsWith('platform-'));
    if (platform === undefined) return;
    await platform.start();
    for (const { place, n } of places) {
      if (place === 'platform') continue;
      const home = homeAt(join(folder, `${place}-${n}`));
      const [how, choice = ''] = choices[place];
      const tokens = await tokensFor(chosenRoles(how === '--node' ? { node: choice } : { role: choice }), `${place}-${n}`, {
        url: platform.url,
        token: await token(),
      });
      await writePrivate(join(home.folder, 'tokens'), tokens.join('\n'));
    }
    await platform.end('SIGTERM');
  }

  await inviteAll();
  return {
    access,
    outside,
    processes,
    of: (place) => processes.filter(({ name }) => name.startsWith(`${place}-`)),
    token,
    home: (name) => homeAt(join(folder, name)),
    async killDatabase() {
      const pid = await until('PostgreSQL runs', () => postmasterIn(folder), 30_000);
      process.kill(pid, 'SIGKILL');
    },
    async stop() {
      await Promise.all(processes.map((each) => each.end('SIGKILL')));
      await outside.stop();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function postmasterIn(folder: string): Promise<number | null> {
  const text = await readFile(join(folder, 'database', 'postgres', 'server', 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  return Number(text.split('\n')[0]) || null;
}

async function tokensFor(roles: readonly RoleName[], name: string, platform: { url: string; token: string }): Promise<readonly string[]> {
  const tokens: string[] = [];
  for (const part of await partsOf({ roles, clusters: null, kinds: null })) {
    const { id, kind, scope } = identityOf(part, name);
    const answer = await fetch(`${platform.url}/api/v1/fleet/invitations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify({ id, kind, scope }),
    });
    if (!answer.ok) throw new Error(`${id} was not invited: ${answer.status} ${await answer.text()}`);
    tokens.push(((await answer.json()) as { token: string }).token);
  }
  return tokens;
}

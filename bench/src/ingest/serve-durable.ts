import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGovernanceStore, createGuard } from '@etis/agent';
import { createEdge } from '@etis/edge';
import { createIngestion } from '@etis/ingestion';
import { silentLog, systemClock } from '@etis/kernel';
import { createEmbeddedServer, type DatabaseAccess, openDomain, prepare } from '@etis/postgres';
import { createInbox, spineDomain } from '@etis/spine';
import { announce } from './contender.ts';

// The platform's own way in: edge, ingestion and the inbox, with the product's roles and grants in force. Several processes may share a database,
// which BENCH_ACCESS then names; otherwise each has a server of its own.
const { BENCH_SECRET: secret = '', BENCH_ACCESS: shared } = process.env;

async function ownServer(): Promise<{ access: DatabaseAccess; stop: () => Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'etis-bench-'));
  // PostgreSQL runs as another user when this is run as root, and has to reach its folder in it.
  await chmod(home, 0o755);
  const server = createEmbeddedServer({ home, log: silentLog, notice: () => {} });
  await server.start();
  return {
    access: await prepare({ admin: server.admin(), domains: [spineDomain], layout: 'each', log: silentLog }),
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const database = shared === undefined ? await ownServer() : { access: JSON.parse(shared) as DatabaseAccess, stop: async () => {} };
const { access } = database;
const db = openDomain({ domain: spineDomain, access, log: silentLog });
const inbox = createInbox({ db, log: silentLog });
const store = createGovernanceStore({ log: silentLog });
store.publish({
  ...store.governance.current(),
  version: 1,
  connections: new Map([['bench', { id: 'bench', source: 'autodesk', tenant: null, enabled: true, secrets: ['sealed'] }]]),
});
const ingestion = createIngestion({
  inbox,
  governance: store.governance,
  secrets: { open: () => secret },
  log: silentLog,
  clock: systemClock,
});
const edge = createEdge({
  listen: { host: '127.0.0.1', port: 0 },
  routes: [ingestion.routes],
  ready: async () => [],
  guard: createGuard({ operatorTokenHash: () => null }),
  log: silentLog,
});
await inbox.start();
await edge.start();
announce(Number(new URL(edge.address()).port), async () => {
  await edge.stop();
  await inbox.stop();
  await db.close();
  await database.stop();
});

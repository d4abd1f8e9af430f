import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createClient } from '@etis/client';
import { code } from '@etis/code';
import { silentLog } from '@etis/kernel';
import { type DatabaseAccess, type DomainDb, openDomain } from '@etis/postgres';
import { createClusterHost } from '@etis/runtime';
import { eventually, testContext } from '@etis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { autodeskSignature, versionAddedBody } from './demonstration/autodesk-sender.ts';
import { type DemonstrationTenant, demonstrationTenants } from './demonstration/tenants.ts';
import { installations } from './platform/installations.ts';
import { createInstallation, type Installation, type RunningEtis } from './testing/running-etis.ts';

const runs = 30;
/** After how many calls the platform is killed. */
const killedAt = [8, 25, 45];

const tenant = demonstrationTenants[0] as DemonstrationTenant;
const place = installations.find(({ cluster }) => cluster.id === 'code-standard');
const context = testContext({ tenant: tenant.id });

let called: Server;
let etis: Installation;
let running: RunningEtis;
let db: DomainDb | undefined;
const keys = new Map<string, Set<string>>();
let calls = 0;

beforeAll(async () => {
  called = createServer((request, response) => {
    calls += 1;
    const asked = keys.get(request.url ?? '') ?? new Set();
    keys.set(request.url ?? '', asked.add(String(request.headers['idempotency-key'])));
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'));
  });
  await new Promise<void>((ready) => called.listen(0, '127.0.0.1', ready));
  etis = await createInstallation({ ETIS_HTTP_ALLOW_PRIVATE: `127.0.0.1:${(called.address() as AddressInfo).port}` });
  running = await etis.up();
});

afterAll(async () => {
  await db?.close();
  await running.end('SIGINT');
  await etis.remove();
  called.closeAllConnections();
  await new Promise((closed) => called.close(closed));
});

/** Places the tenant on a cluster of Code and gives it a workflow of two calls, through the product's own operation on the cluster's database. */
async function setWorkflow(): Promise<DomainDb> {
  const token = (await readFile(join(etis.home, 'credentials/operator-token'), 'utf8')).trim();
  await createClient({ url: etis.url, token }).put('/api/v1/tenants/{tenant}/placements/{product}', {
    params: { path: { tenant: tenant.id, product: 'code' } },
    body: { cluster: 'code-standard' },
  });
  if (place === undefined) throw new Error('no cluster of Code is installed');
  const access = JSON.parse(await readFile(join(etis.home, 'credentials/database.json'), 'utf8')) as DatabaseAccess;
  const opened = openDomain({ domain: place.domain, access, log: silentLog });
  const nowhere = () => Promise.reject(new Error('this host only takes calls'));
  const sinks = { jobs: { enqueue: nowhere }, publish: { publish: nowhere } };
  const host = createClusterHost({ cluster: place.cluster, product: code, db: opened, ...sinks, log: silentLog });
  const address = `http://127.0.0.1:${(called.address() as AddressInfo).port}`;
  const call = (name: string) =>
    `- ${name}: { call: http, with: { method: POST, endpoint: '\${ "${address}/${name}/" & $event.data.name }' } }`;
  const definition = `document: { dsl: '1.0.0', namespace: e2e, name: tell, version: '1.0.0' }
schedule: { on: { one: { with: { type: document.version.added } } } }
do:
  ${call('first')}
  - pause: { wait: { milliseconds: 100 } }
  ${call('second')}
`;
  await host.call(context, 'workflows.set', { definition });
  return opened;
}

async function send(number: number, secret: string): Promise<void> {
  const body = versionAddedBody({ tenant, name: `run-${number}.dwg`, version: 1 });
  const headers = { 'content-type': 'application/json', 'x-adsk-signature': autodeskSignature(body, secret) };
  const post = () => fetch(`${etis.url}/hooks/autodesk`, { method: 'POST', headers, body, signal: AbortSignal.timeout(5_000) });
  await eventually(async () => (await post().catch(() => null))?.ok === true, { timeoutMs: 60_000 });
}

it('completes every run and asks for every call once, however often the platform is killed', { timeout: 240_000 }, async () => {
  const cluster = await setWorkflow();
  db = cluster;
  const { secret } = await etis.secret();
  const sending = (async () => {
    for (let number = 0; number < runs; number += 1) await send(number, secret);
  })();
  for (const count of killedAt) {
    await eventually(async () => calls >= count, { timeoutMs: 90_000 });
    await running.end('SIGKILL');
    running = await etis.up();
  }
  await sending;
  const states = () =>
    cluster.tenant(context, (tx) =>
      tx.query<{ state: string; count: number }>('select state, count(*)::int as count from run group by state'),
    );
  await eventually(async () => (await states()).every(({ state, count }) => state === 'completed' && count === runs), {
    timeoutMs: 90_000,
  });
  const steps = await cluster.tenant(context, (tx) =>
    tx.query<{ count: number }>("select count(*)::int as count from step where state = 'done'"),
  );
  expect(steps).toEqual([{ count: runs * 4 }]);
  // A call that a crash hid is made again, and says by its key that it is the same one.
  expect(keys.size).toBe(runs * 2);
  expect([...keys.values()].map(({ size }) => size)).toEqual(Array.from({ length: runs * 2 }, () => 1));
  expect(new Set([...keys.values()].flatMap((asked) => [...asked])).size).toBe(runs * 2);
});

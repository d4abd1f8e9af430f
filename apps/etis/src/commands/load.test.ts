import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, LoadView } from '@etis/contracts/command';
import { type Config, readConfig } from '@etis/kernel';
import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { homeAt, writePrivate } from '../platform/home.ts';
import { registerLoad, showAlerts, showLoad } from './load.ts';

const load: LoadView = {
  subscriber: 'router.one\u001b[2J',
  since: '2026-11-02T09:30:00.000Z',
  at: '2026-11-02T09:30:05.000Z',
  process: { cpu: 1.254, rssBytes: 104_857_600, heapBytes: 1, eventLoopDelayMs: 3.4 },
  queues: [
    { queue: 'inbox', tenant: null, depth: 7, oldestMs: 2_000 },
    { queue: 'lanes', tenant: 'acme', depth: 5, oldestMs: 9_000 },
  ],
  work: [],
  byTenant: [
    { tenant: null, share: 0.6 },
    { tenant: 'acme', share: 0.4 },
  ],
};
const alert: Alert = {
  id: 'a',
  rule: 'queue-age',
  subject: 'inbox',
  severity: 'critical',
  text: 'inbox: the oldest\u001b[2J waits',
  raisedAt: '2026-11-02T09:30:05.000Z',
  clearedAt: null,
};

let server: Server;
let home: string;
let config: Config;
let found: { subscribers: LoadView[]; alerts: Alert[] };
let asked: string[];
let lines: string[];
let data: unknown[];
const output = { line: (text = '') => void lines.push(text), json: (value: unknown) => void data.push(value) };

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const reply = request.url?.startsWith('/api/v1/load') ? { subscribers: found.subscribers } : { alerts: found.alerts };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  home = await mkdtemp(join(tmpdir(), 'etis-load-'));
  await mkdir(join(home, 'credentials'));
  await writePrivate(homeAt(home).operatorToken, 'etis_op_test\n');
  await writeFile(homeAt(home).running, JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
  config = readConfig({ ETIS_HOME: home }, home);
});
afterAll(async () => {
  server.close();
  await rm(home, { recursive: true });
});
beforeEach(() => {
  found = { subscribers: [load], alerts: [alert] };
  asked = [];
  lines = [];
  data = [];
});

it('shows the load of each part, and the tenant that makes most of it', async () => {
  await showLoad(config, {}, output);
  expect(lines.join('\n')).toMatch(/router\.one\ufffd\[2J +125 % +100 MiB +3 ms +12 +9 s +acme 40 %/);
});

it('shows what is wrong now, or all', async () => {
  await showAlerts(config, { limit: '5' }, output);
  await showAlerts(config, { all: true }, output);
  expect(asked).toEqual(['GET /api/v1/alerts?open=true&limit=5', 'GET /api/v1/alerts?open=false']);
  expect(lines[0]).toMatch(/critical +queue-age +inbox: the oldest\ufffd\[2J waits/);
});

it('says so where there is nothing', async () => {
  found = { subscribers: [], alerts: [] };
  await showLoad(config, {}, output);
  await showAlerts(config, {}, output);
  expect(lines).toEqual(['Nobody has reported in the last minute.', 'Nothing is wrong.']);
});

it('prints data', async () => {
  await showLoad(config, { json: true }, output);
  await showAlerts(config, { json: true }, output);
  expect(data).toEqual([{ subscribers: [load] }, { alerts: [alert] }]);
});

it('has its commands', () => {
  const program = new Command();
  registerLoad(program);
  expect(program.commands.map((command) => command.name())).toEqual(['load', 'alerts']);
});

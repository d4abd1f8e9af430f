import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditVerification, SealedEntry } from '@etis/contracts/audit';
import { type Config, readConfig } from '@etis/kernel';
import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { homeAt, writePrivate } from '../platform/home.ts';
import { listAudit, registerAudit, verifyAudit } from './audit.ts';

const entry: SealedEntry = {
  chain: 'tenant/acme',
  number: 12,
  hash: 'h',
  previous: 'p',
  domain: 'control',
  row: 'r',
  tenant: 'acme',
  actor: { kind: 'operator', id: 'ada' },
  action: 'tenant.suspend',
  target: 'tenant/acme',
  reason: 'They\u001b[2J asked.',
  at: '2026-11-02T09:30:00.041207Z',
  sealedAt: '2026-11-02T09:30:00.412Z',
  erased: false,
};
const sound: AuditVerification = {
  ...{ id: 'v1', state: 'done', startedAt: '2026-11-02T09:31:00.000Z', total: 30, chains: 2, entries: 30, rows: 30, checkpoints: 9 },
  ...{ unsealed: { rows: 0, oldestMs: 0 }, findings: [] },
};
const broken: AuditVerification = {
  ...sound,
  unsealed: { rows: 3, oldestMs: 40 },
  findings: [
    { chain: 'tenant/acme', number: 12, kind: 'changed', detail: 'It does not have its hash.' },
    { chain: 'tenant/acme', number: null, kind: 'inserted', detail: 'A row\u001b[2J.' },
  ],
};

let server: Server;
let home: string;
let config: Config;
let verification: AuditVerification;
let asked: string[];
let lines: string[];
let data: unknown[];
const said: string[] = [];
const output = { line: (text = '') => void lines.push(text), json: (value: unknown) => void data.push(value) };

const io = { output, progress: (line: string) => void said.push(line) };
/** What is answered while it runs, one after the other. */
let meanwhile: AuditVerification[];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const isVerification = request.method === 'POST' || request.url?.includes('/verifications/');
    const reply = isVerification ? (meanwhile.shift() ?? verification) : { items: [entry], next: 'more' };
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  home = await mkdtemp(join(tmpdir(), 'etis-audit-'));
  await mkdir(join(home, 'credentials'));
  await writePrivate(homeAt(home).operatorToken, 'etis_op_test\n');
  await writeFile(homeAt(home).running, JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
  config = readConfig({ ETIS_HOME: home }, home);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true });
});
beforeEach(() => {
  verification = sound;
  meanwhile = [];
  said.length = 0;
  asked = [];
  lines = [];
  data = [];
});

it('lists what was done, safe for a terminal, with the way to more', async () => {
  await listAudit(config, { tenant: 'acme', limit: '5' }, output);
  expect(asked).toEqual(['GET /api/v1/audit?limit=5&tenant=acme']);
  const text = lines.join('\n');
  expect(text).toMatch(/12 +2026-11-02T09:30:00.041207Z +operator\/ada +tenant.suspend +tenant\/acme +They\ufffd\[2J asked\./);
  expect(text).toContain('--cursor more');
});

it("lists the platform's own without a tenant, and as data", async () => {
  await listAudit(config, { json: true, cursor: 'c' }, output);
  expect(asked).toEqual(['GET /api/v1/audit?cursor=c']);
  expect(data).toEqual([{ items: [entry], next: 'more' }]);
});

it('says that nothing was changed', async () => {
  expect(await verifyAudit(config, {}, io)).toBe(true);
  expect(asked).toEqual(['POST /api/v1/audit/verify']);
  expect(lines).toEqual(['30 entries in 2 chains under 9 checkpoints: nothing was changed.']);
});

it('says what was found and what is not proven', async () => {
  verification = broken;
  expect(await verifyAudit(config, {}, io)).toBe(false);
  expect(lines).toEqual([
    'changed  tenant/acme 12  It does not have its hash.',
    'inserted  tenant/acme  A row\ufffd[2J.',
    '30 entries in 2 chains under 9 checkpoints: 2 findings.',
    '3 more are not sealed yet, the oldest for 40 ms; of those nothing is proven.',
  ]);
});

it('says how far it has come while it runs, apart from its answer', async () => {
  const running = { ...sound, state: 'running' as const, entries: 0, rows: 0, checkpoints: 0, total: 1_000_000 };
  meanwhile = [
    { ...running, entries: 400_000 },
    { ...running, entries: 1_000_000, rows: 20_000, findings: broken.findings },
    { ...running, entries: 1_000_000, rows: 1_000_000, checkpoints: 4_000 },
  ];
  expect(await verifyAudit(config, { json: true }, io)).toBe(true);
  expect(said).toEqual([
    '400000 of 1000000 entries are checked',
    '20000 rows of the domains are looked for, 2 findings.',
    '4000 checkpoints are checked',
  ]);
  expect(asked).toEqual(['POST /api/v1/audit/verify', ...Array(3).fill('GET /api/v1/audit/verifications/v1')]);
  expect([data, lines]).toEqual([[sound], []]);
});

it('gives the verification as data', async () => {
  verification = broken;
  expect(await verifyAudit(config, { json: true }, io)).toBe(false);
  expect([data, lines]).toEqual([[broken], []]);
});

it('is two commands', () => {
  const program = new Command();
  registerAudit(program);
  const [audit] = program.commands;
  expect(audit?.commands.map((command) => command.name())).toEqual(['list', 'verify']);
});

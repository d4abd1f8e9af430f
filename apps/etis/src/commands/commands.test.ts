import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '@etis/kernel';
import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { homeAt, writePrivate } from '../platform/home.ts';
import {
  explainParameter,
  listChanges,
  listParameters,
  registerConfig,
  rollBack,
  setParameter,
  showParameter,
  unsetParameter,
} from './config.ts';
import { createConnection, listConnections, registerConnections, rotateConnection, setConnectionEnabled } from './connections.ts';
import { deadLetters, discardDeadLetter, redriveDeadLetters, registerDeadLetters } from './dead-letters.ts';
import { evolveEventRouting, registerEvolve } from './evolve.ts';
import { explainFlag, listFlags, readRules, registerFlags, setRules, showFlag, switchFlag } from './flags.ts';
import { inviteNode, registerFleet, revokeSubscriber, showFleet } from './fleet.ts';
import { events, flow, status } from './inspect.ts';
import { cancelJob, listJobs, registerJobs, showJob } from './jobs.ts';
import { certifyOperator, eraseTenant, makeOperatorKey, recoverPlatform, registerKeys, revokeKey, rotateKey, showKeys } from './keys.ts';
import { detachLane, listLanes, registerLanes } from './lanes.ts';
import { registerRecord, showRecord } from './record.ts';
import { cancelReplay, listReplays, registerReplay, showReplay, startReplay, tryHandler } from './replay.ts';
import { listSchedules, registerSchedules, removeSchedule, setSchedule } from './schedules.ts';
import { createTenant, listTenants, placeTenant, registerTenants, setTenantStatus } from './tenants.ts';
import { discardUnmatched, listUnmatched, mapUnmatched, registerUnmatched, replayUnmatched } from './unmatched.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { content?: Record<string, { example?: unknown }> }>>;
}

const document: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
  await readFile(new URL('../../../../docs/reference/openapi.json', import.meta.url), 'utf8'),
);

interface Asked {
  readonly operation: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A platform that answers every documented operation with its documented example. */
let server: Server;
let home: string;
let config: Config;
let refuse: { status: number; body: object } | null;
const asked: Asked[] = [];

function operationAt(method: string, path: string): Operation | undefined {
  for (const [pattern, methods] of Object.entries(document.paths)) {
    if (new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)) return methods[method.toLowerCase()];
  }
  return undefined;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://x');
      const operation = operationAt(request.method ?? '', url.pathname);
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      asked.push({
        operation: operation?.operationId ?? 'unknown',
        path: decodeURIComponent(url.pathname.replace('/api/v1', '')),
        query: Object.fromEntries(url.searchParams),
        body,
      });
      if (refuse !== null || operation === undefined || request.headers.authorization !== 'Bearer etis_op_test') {
        response.writeHead(refuse?.status ?? 404, { 'content-type': 'application/problem+json' }).end(JSON.stringify(refuse?.body ?? {}));
        return;
      }
      const [code = '200', reply] = Object.entries(operation.responses).find(([one]) => one.startsWith('2')) ?? [];
      response.writeHead(Number(code), { 'content-type': 'application/json' });
      response.end(code === '204' ? undefined : JSON.stringify(reply?.content?.['application/json']?.example));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  home = await mkdtemp(join(tmpdir(), 'etis-commands-'));
  await mkdir(join(home, 'credentials'));
  await writePrivate(homeAt(home).operatorToken, 'etis_op_test\n');
  await writeFile(homeAt(home).running, JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
  await writeFile(join(home, 'handler.mjs'), "export default () => { throw new Error('no beam of that name'); };\n");
  config = readConfig({ ETIS_HOME: home }, home);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true });
});
beforeEach(() => {
  asked.length = 0;
  refuse = null;
});

/** What a command wrote. */
function output() {
  const lines: string[] = [];
  const data: unknown[] = [];
  return {
    lines,
    data,
    line: (text = '') => void lines.push(text),
    json: (value: unknown) => void data.push(value),
    text: () => lines.join('\n'),
  };
}

type Run = (out: ReturnType<typeof output>, options: { json?: boolean }) => Promise<void>;

const delivery = '019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10';
const job = '019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1';
const tenant = 'arbor-construction';
const replay = '019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31';
const letter = `${tenant}/nudge:42`;
const parameter = 'nudge.reply.daily-limit';
const flag = 'nudge.subject.project';
const platformWide = { at: { level: 'platform' }, reason: 'tried' } as const;
const change = '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a72';
const confirmed = async () => true;

const commands: readonly (readonly [name: string, run: Run, asks: Partial<Asked>, shows: string])[] = [
  [
    'tenants',
    (out, json) => listTenants(config, { limit: '7', ...json }, out),
    { operation: 'listTenants', query: { limit: '7' } },
    'nudge on nudge-standard',
  ],
  [
    'tenants create',
    (out, json) => createTenant(config, { id: 'x', name: 'X' }, json, out),
    { operation: 'createTenant', body: { id: 'x', name: 'X' } },
    'was created',
  ],
  [
    'tenants suspend',
    (out, json) => setTenantStatus(config, { id: tenant, status: 'suspended' }, json, out),
    { operation: 'updateTenant', path: `/tenants/${tenant}`, body: { status: 'suspended' } },
    'The tenant',
  ],
  [
    'tenants place',
    (out, json) => placeTenant(config, { tenant, product: 'pulse', cluster: 'pulse-standard' }, json, out),
    { operation: 'putPlacement', path: `/tenants/${tenant}/placements/pulse`, body: { cluster: 'pulse-standard' } },
    'has pulse on pulse-standard',
  ],
  ['connections', (out, json) => listConnections(config, json, out), { operation: 'listConnections', query: {} }, 'of 2026-11-02'],
  [
    'connections create',
    (out, json) => createConnection(config, { id: 'a', source: 'autodesk' }, { tenant, ...json }, out),
    { operation: 'createConnection', body: { id: 'a', source: 'autodesk', tenant } },
    'q7VtC2mXz9bKd4RfYh1LwNs8GjPe3UaT',
  ],
  [
    'connections rotate',
    (out, json) => rotateConnection(config, 'autodesk', { grace: 60, ...json }, out),
    { operation: 'rotateConnectionSecret', path: '/connections/autodesk/rotate', body: { graceSeconds: 60 } },
    '/hooks/autodesk',
  ],
  [
    'connections disable',
    (out, json) => setConnectionEnabled(config, { id: 'autodesk', enabled: false }, json, out),
    { operation: 'updateConnection', body: { enabled: false } },
    'The connection autodesk is',
  ],
  [
    'unmatched',
    (out, json) => listUnmatched(config, { cursor: 'c', ...json }, out),
    { operation: 'listUnmatched', query: { cursor: 'c' } },
    'unresolved',
  ],
  [
    'unmatched map',
    (out, json) =>
      mapUnmatched(
        config,
        { delivery, tenant, system: 'autodesk', kind: 'project', externalId: 'b/1' },
        { project: 'depot', ...json },
        out,
      ),
    {
      operation: 'mapUnmatched',
      path: `/unmatched/${delivery}/map`,
      body: { tenant, system: 'autodesk', kind: 'project', externalId: 'b/1', project: 'depot' },
    },
    '1 placed, 0 still unmatched',
  ],
  [
    'unmatched replay one',
    (out, json) => replayUnmatched(config, delivery, { limit: 1, ...json }, out),
    { operation: 'replayUnmatched', body: undefined },
    '1 placed',
  ],
  [
    'unmatched replay many',
    (out, json) => replayUnmatched(config, undefined, { limit: 5, reason: 'unresolved', ...json }, out),
    { operation: 'replayManyUnmatched', body: { limit: 5, reason: 'unresolved' } },
    '1 deliveries replayed',
  ],
  [
    'unmatched discard one',
    (out, json) => discardUnmatched(config, delivery, { limit: 1, reason: 'theirs', yes: true, ...json }, out),
    { operation: 'discardUnmatched', path: `/unmatched/${delivery}/discard`, body: { reason: 'theirs' } },
    'is given up',
  ],
  [
    'unmatched discard many',
    (out, json) => discardUnmatched(config, undefined, { limit: 5, why: 'unresolved', reason: 'theirs', yes: true, ...json }, out),
    { operation: 'discardManyUnmatched', body: { limit: 5, why: 'unresolved', reason: 'theirs' } },
    '1 deliveries are given up',
  ],
  [
    'replay start, only to see',
    (out, json) => startReplay(config, { from: '2026-11-02T00:00:00Z', tenant, product: 'nudge', dryRun: true, ...json }, out),
    { operation: 'previewReplay', body: { selection: { from: '2026-11-02T00:00:00Z', tenant }, target: { product: 'nudge' } } },
    'Nothing was changed',
  ],
  [
    'replay start --yes --no-watch',
    (out, json) => startReplay(config, { event: delivery, reason: 'wrong rules', yes: true, watch: false, ...json }, out),
    { operation: 'previewReplay', body: { selection: { event: delivery }, target: {} } },
    'running, 42 % of the record',
  ],
  [
    'replay try',
    (out, json) => tryHandler(config, join(home, 'handler.mjs'), { tenant, limit: 3, ...json }, out),
    { operation: 'searchEvents', query: { tenant, limit: '3' } },
    'no beam of that name',
  ],
  [
    'replay list',
    (out, json) => listReplays(config, { limit: '5', ...json }, out),
    { operation: 'listReplays', query: { limit: '5' } },
    '42 %',
  ],
  [
    'replay show',
    (out, json) => showReplay(config, replay, json, out),
    { operation: 'getReplay', path: `/replays/${replay}` },
    '1284 events given',
  ],
  [
    'replay cancel',
    (out, json) => cancelReplay(config, { id: replay, reason: 'wrong day' }, json, out),
    { operation: 'cancelReplay', path: `/replays/${replay}/cancel`, body: { reason: 'wrong day' } },
    'cancelled, 42 % of the record',
  ],
  [
    'dead-letters',
    (out, json) => deadLetters(config, { tenant, ...json }, out),
    { operation: 'listDeadLetters', query: { tenant } },
    'no recipient',
  ],
  [
    'dead-letters redrive one',
    (out, json) => redriveDeadLetters(config, letter, { limit: 1, ...json }, out),
    { operation: 'redriveDeadLetter', path: `/dead-letters/${letter}/redrive` },
    'has its attempts back',
  ],
  [
    'dead-letters redrive many',
    (out, json) => redriveDeadLetters(config, undefined, { limit: 9, where: 'email', yes: true, ...json }, out),
    { operation: 'redriveDeadLetters', body: { limit: 9, where: 'email' } },
    '1 have their attempts back',
  ],
  [
    'lanes',
    (out, json) => listLanes(config, { tenant: 'arbor-construction', limit: '5', ...json }, out),
    { operation: 'listLanes', query: { tenant: 'arbor-construction', limit: '5' } },
    'arbor-construction/nudge',
  ],
  [
    'lanes detach',
    (out, json) => detachLane(config, { lane: 'arbor-construction/nudge', reason: 'burnt' }, { yes: true, ...json }, out),
    { operation: 'detachLane', body: { reason: 'burnt' } },
    'goes on where it is placed now',
  ],
  [
    'evolve event-routing',
    (out, json) => evolveEventRouting(config, { to: 'bullmq', reason: 'own machines', timeout: 1_000 }, json, out),
    { operation: 'chooseEventRouting', body: { transport: 'bullmq', reason: 'own machines' } },
    'Every dispatcher delivers over bullmq (product-1).',
  ],
  [
    'dead-letters discard',
    (out, json) => discardDeadLetter(config, { id: letter, reason: 'withdrawn' }, { yes: true, ...json }, out),
    { operation: 'discardDeadLetter', body: { reason: 'withdrawn' } },
    'closed for good',
  ],
  [
    'jobs',
    (out, json) => listJobs(config, { kind: 'email', state: 'ready', ...json }, out),
    { operation: 'listJobs', query: { kind: 'email', state: 'ready' } },
    '0/5',
  ],
  ['jobs show', (out, json) => showJob(config, job, json, out), { operation: 'getJob', path: `/jobs/${job}` }, 'payload'],
  [
    'jobs cancel',
    (out, json) => cancelJob(config, job, json, out),
    { operation: 'cancelJob', path: `/jobs/${job}/cancel` },
    'is cancelled',
  ],
  [
    'schedules list',
    (out, json) => listSchedules(config, tenant, json, out),
    { operation: 'listSchedules', path: `/tenants/${tenant}/schedules` },
    '0 7 * * 1',
  ],
  [
    'schedules set',
    (out, json) =>
      setSchedule(
        config,
        { tenant, id: 'w' },
        { kind: 'email', cron: '0 7 * * 1', timeZone: 'UTC', payload: { to: [] }, disabled: true, ...json },
        out,
      ),
    { operation: 'putSchedule', body: { kind: 'email', cron: '0 7 * * 1', timeZone: 'UTC', payload: { to: [] }, enabled: false } },
    'runs next at',
  ],
  [
    'schedules remove',
    (out, json) => removeSchedule(config, { tenant, id: 'w' }, json, out),
    { operation: 'deleteSchedule', path: `/tenants/${tenant}/schedules/w` },
    'has ended',
  ],
  [
    'events',
    (out, json) => events(config, { tenant, type: 'document.*', text: 'plan', ...json }, out),
    { operation: 'searchEvents', query: { tenant, type: 'document.*', text: 'plan' } },
    'document.version.added',
  ],
  ['events --unmatched', (out, json) => events(config, { unmatched: true, ...json }, out), { operation: 'listUnmatched' }, 'unresolved'],
  [
    'flow',
    (out, json) => flow(config, delivery, json, out),
    { operation: 'getFlow', path: `/flows/${delivery}` },
    'lane arbor-construction/nudge on nudge-standard',
  ],
  [
    'config list',
    (out, json) => listParameters(config, { product: 'nudge', ...json }, out),
    { operation: 'listParameters', query: { product: 'nudge' } },
    'PARAMETER',
  ],
  [
    'config show',
    (out, json) => showParameter(config, parameter, json, out),
    { operation: 'listParameterSettings', path: `/parameters/${parameter}/settings` },
    'tenant/',
  ],
  [
    'config set --yes',
    (out, json) =>
      setParameter(config, { parameter, value: 5 }, { ...platformWide, yes: true, ...json }, { output: out, confirm: confirmed }),
    { operation: 'setParameter', query: { level: 'platform' }, body: { value: 5, reason: 'tried' } },
    `${parameter} is 5 at`,
  ],
  [
    'config set',
    (out, json) => setParameter(config, { parameter, value: 5 }, { ...platformWide, ...json }, { output: out, confirm: confirmed }),
    { operation: 'previewParameter', body: { level: 'platform', value: 5 } },
    `${parameter} is 5 at`,
  ],
  [
    'config unset',
    (out, json) => unsetParameter(config, parameter, { ...platformWide, ...json }, { output: out, confirm: confirmed }),
    { operation: 'previewParameter', body: { level: 'platform' } },
    'is not set at platform any more',
  ],
  [
    'config value',
    (out, json) => explainParameter(config, parameter, { tenant, ...json }, out),
    { operation: 'evaluateParameter', query: { tenant } },
    `${parameter} is`,
  ],
  [
    'config history',
    (out, json) => listChanges(config, { key: parameter, ...json }, out),
    { operation: 'listConfigurationChanges', query: { key: parameter } },
    'becomes',
  ],
  [
    'config rollback',
    (out, json) => rollBack(config, change, { reason: 'tried', force: true, ...json }, out),
    { operation: 'rollBackConfigurationChange', path: `/configuration-changes/${change}/rollback`, body: { reason: 'tried', force: true } },
    'as the change',
  ],
  ['flag list', (out, json) => listFlags(config, json, out), { operation: 'listFlags' }, 'enabled'],
  ['flag show', (out, json) => showFlag(config, flag, json, out), { operation: 'getFlag', path: `/flags/${flag}` }, 'variant '],
  [
    'flag disable',
    (out, json) => switchFlag(config, { flag, enabled: false }, { reason: 'tried', ...json }, { output: out, confirm: confirmed }),
    { operation: 'previewFlag', body: { enabled: false } },
    'is disabled',
  ],
  [
    'flag enable --yes',
    (out, json) =>
      switchFlag(config, { flag, enabled: true }, { reason: 'tried', yes: true, ...json }, { output: out, confirm: confirmed }),
    { operation: 'enableFlag', body: { reason: 'tried' } },
    'is enabled',
  ],
  [
    'flag rules',
    (out, json) =>
      setRules(
        config,
        { flag, rules: [{ id: 'all', variant: 'project' }] },
        { reason: 'tried', ...json },
        { output: out, confirm: confirmed },
      ),
    { operation: 'previewFlag', body: { rules: [{ id: 'all', variant: 'project' }] } },
    'rules',
  ],
  [
    'flag value',
    (out, json) => explainFlag(config, flag, { tenant, ...json }, out),
    { operation: 'evaluateFlag', query: { tenant } },
    'variant plain',
  ],
  ['fleet', (out, json) => showFleet(config, json, out), { operation: 'getFleet' }, 'cluster.nudge-standard.node-1'],
  [
    'fleet invite',
    (out, json) => inviteNode(config, 'router-2', { role: 'router', valid: 60, ...json }, out),
    { operation: 'inviteSubscriber', body: { id: 'edge.router-2', kind: 'edge', scope: null, validSeconds: 60 } },
    'eyJ',
  ],
  [
    'fleet revoke',
    (out, json) => revokeSubscriber(config, 'router.node-1', json, out),
    { operation: 'revokeSubscriber', path: '/fleet/router.node-1/revoke' },
    'is let in no more',
  ],
  ['keys', (out, json) => showKeys(config, json, out), { operation: 'getKeys' }, 'is offline'],
  ['keys rotate', (out, json) => rotateKey(config, json, out), { operation: 'rotateKey' }, 'signs from now on'],
  [
    'keys revoke',
    (out, json) => revokeKey(config, '7d5f2b9c41e0a86391b7c2d4e5f60718', { reason: 'sold', ...json }, out),
    { operation: 'revokeKey', body: { reason: 'sold' } },
    'counts no more',
  ],
  [
    'keys erase',
    (out, json) =>
      eraseTenant(
        config,
        { tenant: 'castellan-towers', reason: 'they left', yes: true, ...json },
        { output: out, confirm: async () => false },
      ),
    { operation: 'eraseTenant', body: { reason: 'they left' }, path: '/tenants/castellan-towers/erase' },
    'is destroyed',
  ],
  ['recover', (out, json) => recoverPlatform(config, json, out), { operation: 'recoverPlatform' }, 'signs again, in epoch 2'],
  ['record show', (out, json) => showRecord(config, json, out), { operation: 'getRecord' }, '1468 bytes for each event'],
  ['status', (out, json) => status(config, json, out), { operation: 'getStatus' }, 'etiS 0.1.0 at http://127.0.0.1:'],
];

describe('etis', () => {
  it.each(commands)('%s asks the documented operation, and shows its answer', async (_name, run, asks, shows) => {
    const people = output();
    await run(people, {});
    expect(asked[0]).toMatchObject(asks);
    expect(people.text()).toContain(shows);
    expect(people.data).toEqual([]);
    const programs = output();
    await run(programs, { json: true });
    expect(programs.data).toHaveLength(1);
    expect(programs.lines).toEqual([]);
  });

  it.each(commands)('%s tells a refusal in one message with its places', async (_name, run) => {
    refuse = { status: 400, body: { detail: 'It was refused.', code: 'X', errors: [{ pointer: '/name', detail: 'it is missing' }] } };
    await expect(run(output(), {})).rejects.toMatchObject({
      code: 'ETIS_REQUEST_REFUSED',
      message: 'The platform answered 400: It was refused.\n  /name: it is missing',
    });
  });

  it('says that nothing runs where nothing answers', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'etis-commands-'));
    await mkdir(join(elsewhere, 'credentials'));
    await writePrivate(homeAt(elsewhere).operatorToken, 'etis_op_test');
    const stopped = readConfig({ ETIS_HOME: elsewhere, ETIS_PORT: '1' }, elsewhere);
    await expect(listTenants(stopped, {}, output())).rejects.toMatchObject({ code: 'ETIS_NOT_RUNNING' });
    await rm(elsewhere, { recursive: true });
  });

  it.each<[string, () => Promise<void>]>([
    ['config set', () => setParameter(config, { parameter, value: 5 }, platformWide, { output: output(), confirm: async () => false })],
    ['config unset', () => unsetParameter(config, parameter, platformWide, { output: output(), confirm: async () => false })],
    ['flag disable', () => switchFlag(config, { flag, enabled: false }, platformWide, { output: output(), confirm: async () => false })],
    ['flag rules', () => setRules(config, { flag, rules: [] }, platformWide, { output: output(), confirm: async () => false })],
  ])('%s changes nothing where it is not confirmed', async (_name, run) => {
    await expect(run()).rejects.toMatchObject({ code: 'ETIS_NOT_CONFIRMED' });
    expect(asked.map(({ operation }) => operation)).toEqual([expect.stringContaining('preview')]);
  });

  it('invites a process part by part, each by its name in the fleet', async () => {
    await inviteNode(config, 'product-2', { role: 'cluster,worker', cluster: 'nudge-standard', kind: 'email' }, output());
    expect(asked.map(({ body }) => (body as { id: string }).id)).toEqual([
      ...['edge.product-2', 'dispatcher.product-2', 'cluster.nudge-standard.product-2', 'worker.email.product-2'],
    ]);
  });

  it("makes an operator's key that nobody else reads, once, and has it certified", async () => {
    const file = join(home, 'operator.pem');
    const out = output();
    await makeOperatorKey(file, { json: true }, out);
    const [made] = out.data as [{ publicKey: string }];
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(makeOperatorKey(file, {}, out)).rejects.toMatchObject({ code: 'ETIS_FILE_EXISTS' });
    await certifyOperator(config, made.publicKey, { days: 30 }, out);
    expect(asked).toMatchObject([{ operation: 'certifyOperator', body: { publicKey: made.publicKey, validDays: 30 } }]);
    expect(out.data[1]).toMatchObject({ signature: expect.any(String) });
  });

  it('reads the rules of a flag from a file, and says what is wrong with one', async () => {
    const file = join(home, 'rules.json');
    await writeFile(file, '[{"id":"all","variant":"on"}]');
    expect(await readRules(file)).toEqual([{ id: 'all', variant: 'on' }]);
    for (const text of ['{', '{}']) {
      await writeFile(file, text);
      await expect(readRules(file)).rejects.toMatchObject({ code: 'ETIS_RULES_UNREADABLE' });
    }
    await expect(readRules(join(home, 'none.json'))).rejects.toMatchObject({ code: 'ETIS_RULES_UNREADABLE' });
  });

  it('erases nothing that was not confirmed', async () => {
    const questions: string[] = [];
    const confirm = async (question: string) => questions.push(question) > 1;
    const options = { tenant: 'castellan-towers', reason: 'they left' };
    await expect(eraseTenant(config, options, { output: output(), confirm })).rejects.toMatchObject({ code: 'ETIS_NOT_CONFIRMED' });
    expect(asked).toEqual([]);
    await eraseTenant(config, options, { output: output(), confirm });
    expect(questions[0]).toContain('lost for good');
    expect(asked).toHaveLength(1);
  });

  it('goes on where the last page ended', async () => {
    const out = output();
    const page = { items: [], next: 'abc' };
    refuse = { status: 200, body: page };
    await listTenants(config, {}, out);
    expect(out.text()).toContain('add --cursor abc');
  });
});

const registers = [
  ...[registerTenants, registerConnections, registerLanes, registerUnmatched, registerDeadLetters],
  ...[registerJobs, registerSchedules, registerConfig, registerFlags, registerFleet, registerKeys],
  ...[registerRecord, registerEvolve, registerReplay],
];

describe('registering', () => {
  it('gives every command a description, its arguments and --json', () => {
    const program = new Command('etis');
    for (const register of registers) register(program);
    const leaves = program.commands.flatMap((group) =>
      group.commands.map((command) => ({ name: `${group.name()} ${command.name()}`, command })),
    );
    expect(leaves.map(({ name }) => name)).toEqual([
      ...['list', 'create', 'suspend', 'activate', 'place'].map((name) => `tenants ${name}`),
      ...['list', 'create', 'rotate', 'enable', 'disable'].map((name) => `connections ${name}`),
      ...['list', 'detach'].map((name) => `lanes ${name}`),
      ...['list', 'map', 'replay', 'discard'].map((name) => `unmatched ${name}`),
      ...['list', 'redrive', 'discard'].map((name) => `dead-letters ${name}`),
      ...['list', 'show', 'cancel'].map((name) => `jobs ${name}`),
      ...['list', 'set', 'remove'].map((name) => `schedules ${name}`),
      ...['settings', 'list', 'show', 'set', 'unset', 'value', 'history', 'rollback'].map((name) => `config ${name}`),
      ...['list', 'show', 'enable', 'disable', 'rules', 'value'].map((name) => `flag ${name}`),
      ...['show', 'invite', 'revoke'].map((name) => `fleet ${name}`),
      ...['show', 'make', 'rotate', 'revoke', 'certify', 'erase'].map((name) => `keys ${name}`),
      'record show',
      'evolve event-routing',
      ...['start', 'renormalise', 'list', 'show', 'cancel', 'try'].map((name) => `replay ${name}`),
    ]);
    for (const { name, command } of leaves) {
      expect(command.description(), name).not.toBe('');
      expect(
        command.options.map(({ long }) => long),
        name,
      ).toContain('--json');
    }
  });

  it.each([
    ['schedules', 'set', 'acme', 'x', '--kind', 'email', '--cron', '* * * * *', '--payload', '{'],
    ['unmatched', 'replay', '--limit', 'many'],
    ['connections', 'rotate', 'x', '--grace', '-1'],
    ['config', 'set', parameter, '5', '--reason', 'tried', '--at', 'tenant'],
    ['config', 'set', parameter, '5', '--reason', 'tried', '--at', 'platform/x'],
    ['config', 'unset', parameter, '--reason', 'tried', '--at', 'unit/acme'],
    ['config', 'unset', parameter, '--reason', 'tried', '--at', 'galaxy/m31'],
  ])('refuses what cannot be before anything is asked: %s %s', async (...args) => {
    const program = new Command('etis').exitOverride().configureOutput({ writeErr: () => {} });
    for (const register of registers) register(program);
    for (const command of program.commands.flatMap((group) => [group, ...group.commands]))
      command.exitOverride().configureOutput({ writeErr: () => {} });
    await expect(program.parseAsync(['node', 'etis', ...args])).rejects.toMatchObject({ code: 'commander.invalidArgument' });
    expect(asked).toEqual([]);
  });
});

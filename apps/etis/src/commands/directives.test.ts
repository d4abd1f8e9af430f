import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey, createTrust, exportSigningKey, sign } from '@etis/agent';
import type { BreakGlassDirective, DirectiveReport, Receipt } from '@etis/contracts/directives';
import type { Signed } from '@etis/contracts/snapshot';
import { type Config, readConfig } from '@etis/kernel';
import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { homeAt, writePrivate } from '../platform/home.ts';
import {
  applyDirective,
  durationOf,
  listDirectives,
  type OrderOptions,
  orderDirective,
  rateOf,
  registerDirectives,
  resumeDirectives,
  showDirective,
  signDirective,
} from './directives.ts';

const id = '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71';

function receipt(subscriber: string, given: Partial<Receipt> = {}): Receipt {
  const common = { installation: 'i', directive: id, digest: 'd', effectiveAt: '2026-11-02T09:30:00.041Z' };
  return { ...common, subscriber, outcome: 'applied', reason: null, ...given };
}

function report(...receipts: DirectiveReport['receipts']): DirectiveReport {
  const issued = { id, installation: 'i', epoch: 1, sequence: 7, by: 'operator/local', issuedAt: '2026-11-02T09:30:00.000Z' };
  return {
    directive: { ...issued, verb: 'pause', scope: { tenant: 'acme' }, reason: 'Their ERP\u001b[2J moves.' },
    state: 'in-force',
    endedBy: null,
    receipts,
  };
}

const radius = {
  subscribers: ['dispatcher.node-1'],
  tenants: 7,
  placements: 9,
  connections: 1,
  waitingEntries: 12,
  jobs: 3,
  tenantExamples: ['a', 'b', 'c', 'd', 'e', 'f'],
};

let server: Server;
let home: string;
let config: Config;
/** The report as it is from one look to the next; the last one stays. */
let reports: DirectiveReport[];
const asked: { method: string; path: string; body: unknown }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const path = (request.url ?? '').replace('/api/v1', '');
      asked.push({ method: request.method ?? '', path, body: text === '' ? undefined : JSON.parse(text) });
      const next = () => (reports.length > 1 ? reports.shift() : reports[0]);
      const reply = path.endsWith('/preview')
        ? radius
        : path.split('?')[0] === '/directives' && request.method === 'GET'
          ? { items: reports, next: null }
          : next();
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  home = await mkdtemp(join(tmpdir(), 'etis-directives-'));
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
  asked.length = 0;
  reports = [report()];
});

function screen(answer = true) {
  const lines: string[] = [];
  const data: unknown[] = [];
  const questions: string[] = [];
  return {
    lines,
    data,
    questions,
    io: {
      output: { line: (text = '') => void lines.push(text), json: (value: unknown) => void data.push(value) },
      confirm: async (question: string) => {
        questions.push(question);
        return answer;
      },
    },
  };
}

const options: OrderOptions = { reason: 'Their ERP moves.', tenant: 'acme', wait: 5 };

describe('an order', () => {
  it('is asked for with its blast radius, and then ordered', async () => {
    const { io, questions, lines } = screen();
    await orderDirective(config, 'pause', options, io);
    expect(questions).toEqual([
      'It concerns 7 tenants (a, b, c, d, e, …), 9 placements, 1 connections and 1 nodes; 12 entries and 3 jobs wait there.\npause tenant acme? [y/N] ',
    ]);
    expect(asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/directives/preview', { scope: { tenant: 'acme' } }],
      ['POST', '/directives', { verb: 'pause', scope: { tenant: 'acme' }, reason: 'Their ERP moves.' }],
    ]);
    expect(lines[0]).toBe(`pause tenant acme is ordered: ${id}`);
  });

  it('is not given without a yes', async () => {
    await expect(orderDirective(config, 'kill', options, screen(false).io)).rejects.toMatchObject({ code: 'ETIS_NOT_CONFIRMED' });
    expect(asked.map(({ path }) => path)).toEqual(['/directives/preview']);
  });

  it('is given at once with --yes, with its rate and its end', async () => {
    const { io, questions } = screen();
    const { tenant: _tenant, ...everywhere } = options;
    await orderDirective(config, 'throttle', { ...everywhere, yes: true, rate: { count: 10, perMs: 1_000 }, for: 60_000 }, io);
    expect(questions).toEqual([]);
    expect(asked).toMatchObject([
      {
        path: '/directives',
        body: { verb: 'throttle', scope: {}, rate: { count: 10, perMs: 1_000 }, expiresAt: expect.stringMatching(/Z$/) },
      },
    ]);
  });

  it('prints each receipt once as it comes, and who has not answered at the end', async () => {
    const open = { subscriber: 'worker.node-1', connected: true, receipt: null };
    const away = { subscriber: 'router.node-1', connected: false, receipt: null };
    const first = { subscriber: 'dispatcher.node-1', connected: true, receipt: receipt('dispatcher.node-1') };
    const refused = { ...open, receipt: receipt('worker.node-1', { outcome: 'refused', reason: 'wrong\u0007 key' }) };
    reports = [report({ ...first, receipt: null }, open, away), report(first, open, away), report(first, refused, away)];
    const { io, lines } = screen();
    await orderDirective(config, 'pause', { ...options, yes: true }, io);
    expect(lines.slice(1).map((line) => line.replace(/ at [\d:.]+$/, ''))).toEqual([
      '  dispatcher.node-1  applied',
      '  worker.node-1  refused: wrong\ufffd key',
      '  router.node-1  is not connected; it applies it when it comes back',
    ]);
  });

  it('does not wait for ever', async () => {
    reports = [report({ subscriber: 'worker.node-1', connected: true, receipt: null })];
    const { io, lines } = screen();
    await orderDirective(config, 'pause', { ...options, yes: true, wait: 0 }, io);
    expect(lines.at(-1)).toBe('  worker.node-1  has not answered yet');
  });

  it('prints data and nothing else with --json', async () => {
    const { io, lines, data } = screen();
    await orderDirective(config, 'pause', { ...options, yes: true, json: true }, io);
    expect([lines, data]).toEqual([[], reports]);
  });
});

describe('a resume', () => {
  it('shows what waits before it asks', async () => {
    const { io, questions } = screen();
    await resumeDirectives(config, [id], options, io);
    expect(questions[0]).toContain('12 entries and 3 jobs wait there');
    expect(asked.at(-1)).toEqual({ method: 'POST', path: '/directives/resume', body: { ends: [id], reason: 'Their ERP moves.' } });
  });

  it('is not given without a yes', async () => {
    await expect(resumeDirectives(config, [id], options, screen(false).io)).rejects.toMatchObject({ code: 'ETIS_NOT_CONFIRMED' });
    expect(asked.some(({ path }) => path === '/directives/resume')).toBe(false);
  });
});

describe('looking', () => {
  it('lists what is in force, or everything', async () => {
    const { io, lines } = screen();
    reports = [report({ subscriber: 'a', connected: true, receipt: receipt('a') }, { subscriber: 'b', connected: true, receipt: null })];
    await listDirectives(config, { limit: '50' }, io.output);
    await listDirectives(config, { limit: '50', all: true }, io.output);
    expect(lines[0]).toMatch(/pause +tenant acme +in-force +1 of 2/);
    expect(asked.map(({ path }) => path)).toEqual(['/directives?limit=50&state=in-force', '/directives?limit=50']);
  });

  it('says that nothing is restricted', async () => {
    reports = [];
    const { io, lines } = screen();
    await listDirectives(config, {}, io.output);
    expect(lines).toEqual(['Nothing is restricted.']);
  });

  it('shows one, and never lets its text reach the terminal as more than text', async () => {
    const { io, lines } = screen();
    await showDirective(config, id, {}, io.output);
    expect(lines.join()).toContain('Their ERP\ufffd[2J moves.');
    expect(asked).toMatchObject([{ path: `/directives/${id}` }]);
  });
});

describe('an order of an operator’s own key', () => {
  it('is laid down for the node that it names', async () => {
    const payload = JSON.stringify({ breakGlass: { target: 'worker.node-1', nonce: 'x' } });
    const file = join(home, 'order.json');
    await writeFile(file, JSON.stringify({ directive: { payload, keyId: 'k', signature: 's' }, certificates: [] }));
    const { io, lines } = screen();
    await applyDirective(config, file, {}, io.output);
    expect(lines[0]).toContain('worker.node-1');
    expect(await readdir(join(homeAt(home).breakGlass, 'worker.node-1'))).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.json$/)]);
    expect(asked).toEqual([]);
  });
});

describe('what is typed', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s is a time', (text, ms) => {
    expect(durationOf(text)).toBe(ms);
    expect(rateOf(`10/${text}`)).toEqual({ count: 10, perMs: ms });
  });

  it.each(['', '5', 's', '-5s', '1.5h', '5 m', '1w'])('%s is none', (text) => {
    expect(() => durationOf(text)).toThrow('time');
    expect(() => rateOf(text)).toThrow();
  });

  it('is signed with a key of ones own, for one node, and taken there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'etis-sign-'));
    const [root, key] = [createSigningKey(), createSigningKey()];
    const now = Date.now();
    const certificate = sign(root, 'certificate', {
      ...{ installation: 'etis', keyId: key.keyId, publicKey: key.publicKey, role: 'operator' },
      ...{ notBefore: new Date(now - 60_000).toISOString(), notAfter: new Date(now + 3_600_000).toISOString() },
    });
    await writePrivate(join(folder, 'key.pem'), exportSigningKey(key));
    await writeFile(join(folder, 'certificate.json'), JSON.stringify(certificate));
    const printed: unknown[] = [];
    const files = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.json') };
    const order = { node: 'router.node-1', installation: 'etis', reason: 'the platform burns', for: 60_000, tenant: 'acme', ...files };
    await signDirective('kill', order, { line: () => undefined, json: (value) => void printed.push(value) });
    const trust = createTrust({ installation: 'etis', root: root.publicKey });
    const [{ directive, certificates }] = printed as [{ directive: Signed; certificates: readonly Signed[] }];
    trust.learn(certificates, now);
    const opened = trust.open<BreakGlassDirective>('break-glass', directive, { now, role: 'operator' });
    expect(opened).toMatchObject({
      verb: 'kill',
      scope: { tenant: 'acme' },
      breakGlass: { target: 'router.node-1' },
      reason: 'the platform burns',
    });
    await expect(
      signDirective('kill', { ...order, for: 25 * 3_600_000 }, { line: () => undefined, json: () => undefined }),
    ).rejects.toMatchObject({
      code: 'AGENT_BREAK_GLASS_INVALID',
    });
    await expect(
      signDirective('kill', { ...order, key: join(folder, 'none') }, { line: () => undefined, json: () => undefined }),
    ).rejects.toMatchObject({
      code: 'ETIS_FILE_UNREADABLE',
    });
    await rm(folder, { recursive: true });
  });

  it('is a command for each verb', () => {
    const program = new Command('etis');
    registerDirectives(program);
    const names = program.commands[0]?.commands.map((command) => command.name());
    expect(names).toEqual(['kill', 'pause', 'drain', 'throttle', 'resume', 'list', 'show', 'sign', 'apply']);
  });
});

import { randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyLocal, createSigningKey, makeBreakGlass, sign } from '@etis/agent';
import { auditDomain, commandDomain } from '@etis/command';
import type { Signed } from '@etis/contracts/snapshot';
import { controlDomain } from '@etis/control';
import { silentLog } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { spineDomain } from '@etis/spine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audited } from './roles/open-audit.ts';
import { domainsOf } from './roles/role.ts';
import { chosenRoles } from './roles/role-names.ts';
import { type Apart, createApart, type Place } from './soak/apart.ts';
import { type Balancer, createBalancer } from './soak/balancer.ts';
import { type Evidence, openEvidence } from './soak/evidence.ts';
import type { NodeProcess } from './soak/node-process.ts';
import { seededRandom } from './soak/random.ts';
import { worldOf } from './soak/soak.ts';
import { type Accepted, startTraffic, type Traffic } from './soak/traffic.ts';
import { until } from './soak/until.ts';
import { judge, type Verdict } from './soak/verdict.ts';
import type { SoakWorld } from './soak/world.ts';

/** Two places for each realised node: while one process is replaced, the next one already runs. */
const nodes = ['routing', 'platform', 'product'] as const satisfies readonly Place[];

let apart: Apart;
let world: SoakWorld;
let hooks: Balancer;
let evidence: Evidence;
const accepted: Accepted[] = [];

beforeAll(async () => {
  apart = await createApart({ routing: 2, platform: 2, product: 2 });
  await Promise.all(nodes.map((node) => placesOf(node)[0].start()));
  world = await worldOf(apart);
  hooks = createBalancer(apart.of('routing'));
  evidence = openEvidence(apart.access, world);
  await until('deliveries are accepted', () => hooks.next() !== null, 10_000);
}, 120_000);

afterAll(async () => {
  await hooks?.stop();
  await evidence?.close();
  await apart?.stop();
}, 60_000);

function placesOf(node: Place): readonly [NodeProcess, NodeProcess] {
  const [one, other] = apart.of(node);
  if (one === undefined || other === undefined) throw new Error(`there are not two places for ${node}`);
  return [one, other];
}

const traffic = (): Traffic =>
  startTraffic({ world, balancer: hooks, senders: 12, rate: 120, random: seededRandom(accepted.length + 1), first: accepted.length });

async function judged(ended: Traffic): Promise<Verdict> {
  accepted.push(...ended.accepted);
  await evidence.atRest(120_000);
  return judge({ world, accepted, outside: apart.outside, evidence });
}

async function asOperator(url: string, method: 'GET' | 'POST', path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${await apart.token()}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const answer = await fetch(`${url}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** Asks the Platform API through the edge again and again until it is stopped; resolves to every answer that was no success. */
function askPlatform(): { stop(): Promise<readonly string[]> } {
  const failures: string[] = [];
  let stopped = false;
  async function ask(): Promise<void> {
    const headers = { authorization: `Bearer ${await apart.token()}` };
    while (!stopped) {
      const url = hooks.next();
      const status = await fetch(`${url}/api/v1/tenants/soak-1`, { headers }).then(
        async (answer) => `${answer.status} ${answer.ok ? '' : await answer.text()}`,
        (error: unknown) => String(error instanceof Error ? (error.cause ?? error) : error),
      );
      if (!status.startsWith('200')) failures.push(status);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const asking = Promise.all([ask(), ask()]);
  return {
    async stop() {
      stopped = true;
      await asking;
      return failures;
    },
  };
}

describe('three nodes as processes of their own', () => {
  it('are each replaced under traffic without one failed request, nothing lost, nothing twice, in order', {
    timeout: 240_000,
  }, async () => {
    const sending = traffic();
    const asking = askPlatform();
    const ends: Record<string, number | null | undefined> = {};
    for (const round of [0, 1]) {
      for (const node of nodes) {
        const [old, next] = round === 0 ? placesOf(node) : placesOf(node).toReversed();
        await next?.start();
        ends[`${node} ${round}`] = (await old?.end('SIGTERM'))?.code;
      }
    }
    const failedAsking = await asking.stop();
    await sending.finish();
    const verdict = await judged(sending);
    expect(verdict.violations).toEqual([]);
    expect(ends).toEqual(Object.fromEntries(Object.keys(ends).map((name) => [name, 0])));
    expect([Object.fromEntries(sending.failures), failedAsking]).toEqual([{}, []]);
    expect(verdict.counts).toMatchObject({ mailsFlagged: 0, whatsappFlagged: 0, setAside: 0, jobsDead: 0 });
    expect(verdict.counts.accepted).toBeGreaterThan(200);
  });

  it('each come back from kill -9 with nothing lost, nothing twice, in order', { timeout: 240_000 }, async () => {
    const sending = traffic();
    for (const node of nodes) {
      const [running] = placesOf(node).filter((process) => process.running());
      const before = sending.accepted.length;
      await until('some deliveries', () => sending.accepted.length > before + 60, 30_000);
      await running?.end('SIGKILL');
      await running?.start();
    }
    await sending.finish();
    const { violations, counts } = await judged(sending);
    expect(violations).toEqual([]);
    expect(counts.accepted).toBe(accepted.length);
  });

  it('accept, route and handle while the platform is away, also after a start without it', { timeout: 120_000 }, async () => {
    for (const process of apart.of('platform')) await process.end('SIGKILL');
    const [routing] = placesOf('routing').filter((process) => process.running());
    await routing?.end('SIGTERM');
    await routing?.start();
    const asked = await fetch(`${routing?.url}/api/v1/tenants`);
    expect([asked.status, asked.headers.get('retry-after') !== null]).toEqual([503, true]);
    const sending = traffic();
    await until('deliveries without the platform', () => sending.accepted.length > 100, 30_000);
    await sending.finish();
    expect((await judged(sending)).violations).toEqual([]);
  });

  it('take a break-glass order while the platform is away, and end it when the platform says so', { timeout: 120_000 }, async () => {
    const [platform] = placesOf('platform');
    const [routing] = placesOf('routing').filter((process) => process.running());
    await platform.start();
    const key = createSigningKey();
    const certificate = await asOperator(platform.url, 'POST', '/keys/operators', { publicKey: key.publicKey });
    await platform.end('SIGKILL');
    const target = `router.${routing?.name}`;
    const order = makeBreakGlass({
      ...{
        installation: 'etis',
        target,
        verb: 'kill',
        scope: {},
        reason: 'the platform burns',
        by: 'operator/ada',
        now: Date.now(),
        lastsMs: 3_600_000,
      },
      nonce: randomUUID().replaceAll('-', ''),
      sign: (value) => sign(key, 'break-glass', value),
      certificates: [certificate as unknown as Signed],
    });
    const home = apart.home(routing?.name ?? '');
    const file = join(home.folder, 'order.json');
    await writeFile(file, JSON.stringify(order));
    await applyLocal(file, home.breakGlass);
    const left = join(home.breakGlass, target);
    await until('the order is taken', async () => (await readdir(left)).includes('used.nonces'), 15_000);
    const before = accepted.length;
    const sending = traffic();
    await until('deliveries are accepted all the same', () => sending.accepted.length > 20, 30_000);
    await sending.finish();
    const spine = openDomain({ domain: spineDomain, access: apart.access, log: silentLog });
    const [behind] = await spine.statement<{ count: number }>(
      'select count(*)::int as count from inbox where position > (select inbox_position from router_cursor)',
    );
    await spine.close();
    expect(behind?.count).toBeGreaterThanOrEqual(20);
    await platform.start();
    expect((await judged(sending)).violations).toEqual([]);
    expect(accepted.length).toBeGreaterThan(before);
    const isAudited = async (action: string) => {
      const { items } = await asOperator(platform.url, 'GET', '/audit?limit=200');
      return (items as { action: string }[]).some((one) => one.action === action);
    };
    await until('the platform has kept the order', () => isAudited('directive.break-glass'), 15_000);
    await until("the node's own record is merged", () => isAudited('local.directive.break-glass-applied'), 15_000);
  });
});

describe('the login roles of the hot path', () => {
  it('hold no grant on what the control plane and the command plane keep, and route and handle a thousand events', {
    timeout: 240_000,
  }, async () => {
    const names = [
      ...new Set(
        [...(await domainsOf(chosenRoles({ node: 'routing' }))), ...(await domainsOf(chosenRoles({ node: 'product' })))].flatMap(
          ({ roles }) => Object.values(roles),
        ),
      ),
    ];
    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const domain of [controlDomain, commandDomain, auditDomain]) {
      const db = openDomain({ domain: audited(domain), access: apart.access, log: silentLog });
      const rows = await db.statement<{ name: string }>(
        `select name from unnest($1::text[]) as name where has_database_privilege(name, current_database(), 'connect')
           or has_schema_privilege(name, $2, 'usage')
           or exists (select from pg_class c where c.relnamespace = $2::regnamespace and c.relkind in ('r', 'p', 'v')
             and has_table_privilege(name, c.oid, 'select, insert, update, delete, truncate'))`,
        [names, domain.name],
      );
      await db.close();
      expect([domain.name, rows]).toEqual([domain.name, []]);
    }
    const sending = startTraffic({ world, balancer: hooks, senders: 16, rate: 400, random: seededRandom(7), first: accepted.length });
    await until('a thousand deliveries', () => sending.accepted.length >= 1_000, 120_000);
    await sending.finish();
    expect((await judged(sending)).violations).toEqual([]);
  });
});

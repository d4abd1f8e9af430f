import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SourceAdapter } from '@etis/contracts/events';
import type { Governance, GovernanceView } from '@etis/contracts/governance';
import { silentLog, uuidv7 } from '@etis/kernel';
import { openDomain } from '@etis/postgres';
import { createSpine, spineDomain } from '@etis/spine';
import { type Contender, opened } from './contender.ts';
import { consumeBy, isSettled, startAll, stopAll } from './etis.ts';
import { benchClusters, benchGovernance } from './etis-governance.ts';
import { type Message, message, read } from './message.ts';
import { latencyOf, pacedAtOnce } from './paced.ts';
import { ms, type Part, shown } from './part.ts';
import { pace } from './publish.ts';
import type { Stand } from './stand.ts';

const lanes = 16;
const quietPerSecond = 20;
const times = 100;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** `paced`: one connection brings 100 times what each other does. `backlog`: it brought so much before that it takes the router seconds. */
type Flood = 'none' | 'paced' | 'backlog';
const floods: readonly Flood[] = ['none', 'paced', 'backlog'];

const adapter: SourceAdapter = {
  kind: 'bench',
  keepHeaders: [],
  normalise: ({ body }) => [
    { type: 'bench.sent', source: '/bench', subject: null, time: null, data: JSON.parse(body.toString()) as unknown, refs: [] },
  ],
};

/**
 * How long deliveries of 15 quiet connections take from the moment when they were due to their handler, while the sixteenth floods and while it does
 * not; and how many a second are routed of a backlog of one connection, and of one of all.
 */
export const ingestFairness: Part = async ({ stand, quick, print }) => {
  const rounds = quick ? 1 : 2;
  const seconds = quick ? 2 : 5;
  const backlog = quick ? 5_000 : 15_000;
  const found = new Map<Flood, number[]>(floods.map((flood) => [flood, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const flood of floods) {
      found.get(flood)?.push(
        ...(await opened(
          () => openIngest(stand),
          (contender) => quietTimes(contender, { flood, seconds, backlog }),
        )),
      );
    }
  }
  const latencies = Object.fromEntries([...found].map(([flood, all]) => [flood, latencyOf(all)]));
  for (const [flood, { p50, p99, max }] of Object.entries(latencies)) {
    print(`flood ${flood.padEnd(10)} p50 ${ms(p50)} ms   p99 ${ms(p99)} ms   max ${ms(max)} ms`);
  }
  const routed: Record<string, number> = {};
  for (const connections of [1, lanes, 500]) {
    routed[`of ${connections} connections`] = await opened(
      () => openIngest(stand, connections),
      (contender) => routedPerSecond(contender, backlog, connections),
    );
    print(
      `a backlog of ${shown(connections, 3)} connections is routed at ${shown(routed[`of ${connections} connections`] ?? 0)} deliveries/s`,
    );
  }
  const value = Number(((latencies.paced?.p99 ?? Number.NaN) / (latencies.none?.p99 ?? Number.NaN)).toFixed(2));
  return {
    targets: [
      {
        name: "p99 of 15 connections beside one with 100 times each one's rate / without it",
        value,
        target: '<=2',
        met: value <= 2,
      },
    ],
    results: { milliseconds: latencies, routedPerSecond: routed, lanes, quietPerSecond, floodPerSecond: quietPerSecond * times, backlog },
  };
};

interface Ingest extends Contender {
  route(): Promise<void>;
}

/** A spine whose messages come in as deliveries, each tenant by a connection of its own. */
async function openIngest(stand: Stand, connections = lanes): Promise<Ingest> {
  const access = await stand.domains([spineDomain]);
  const db = openDomain({ domain: spineDomain, access, log: silentLog });
  let hear: (message: Message) => void = () => {};
  const spine = createSpine({
    db,
    governance: withConnections(benchGovernance(connections, benchClusters(1))),
    adapters: new Map([[adapter.kind, adapter]]),
    transport: {
      deliver: ({ entries }) => {
        for (const entry of entries) hear(read(entry.event.data));
        return Promise.resolve({ handled: entries.length });
      },
    },
    log: silentLog,
  });
  const inbox = spine.services(['inbox', 'maintenance']);
  const router = spine.services(['router']);
  await startAll(inbox);
  return {
    async publish(messages) {
      await Promise.all(messages.map((one) => spine.inbox.append(deliveryOf(one))));
    },
    async consume(onMessage) {
      hear = onMessage;
      return consumeBy(spine);
    },
    route: () => startAll(router),
    isSettled: () => isSettled(spine),
    async close() {
      await stopAll([...inbox, ...router]);
      await db.close();
      await stand.drop(access.databases[spineDomain.name] ?? '');
    },
  };
}

function deliveryOf(one: Message) {
  const body = Buffer.from(JSON.stringify(one));
  const digest = createHash('sha256').update(body).digest();
  return { id: uuidv7(), connection: one.tenant, source: adapter.kind, body, digest, headers: {}, traceparent, receivedAt: new Date() };
}

function withConnections(governance: Governance): Governance {
  const view = governance.current();
  const connections = new Map(
    [...view.tenants.keys()].map((tenant) => [tenant, { id: tenant, source: adapter.kind, tenant, enabled: true, secrets: [] }]),
  );
  const full: GovernanceView = { ...view, connections };
  return { current: () => full, subscribe: (callback) => governance.subscribe(callback) };
}

async function quietTimes(
  contender: Ingest,
  { flood, seconds, backlog }: { flood: Flood; seconds: number; backlog: number },
): Promise<readonly number[]> {
  const count = quietPerSecond * (lanes - 1) * seconds;
  const found: number[] = [];
  const flooding = message(0, 0).tenant;
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const stop = await contender.consume(({ tenant, at }) => {
    if (tenant === flooding) return;
    found.push(performance.now() - at);
    if (found.length === count) resolve();
  });
  if (flood === 'backlog') await fill(contender, backlog, 1);
  await contender.route();
  const perSecond = quietPerSecond * times;
  const floodCount = flood === 'paced' ? perSecond * (seconds + 1) : 0;
  const flooded = pace(contender, { perSecond, count: floodCount, atOnce: pacedAtOnce, laneOf: () => 0 });
  await pace(contender, { perSecond: quietPerSecond * (lanes - 1), count, atOnce: pacedAtOnce, laneOf: (n) => 1 + (n % (lanes - 1)) });
  await reached;
  await flooded;
  await stop();
  return found;
}

async function fill(contender: Contender, count: number, connections: number): Promise<void> {
  const batch = 500;
  for (let n = 0; n < count; n += batch) {
    await contender.publish(Array.from({ length: batch }, (_, index) => message(-1 - n - index, (n + index) % connections)));
  }
}

async function routedPerSecond(contender: Ingest, count: number, connections: number): Promise<number> {
  let heard = 0;
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  await fill(contender, count, connections);
  const stop = await contender.consume(() => {
    heard += 1;
    if (heard === count) resolve();
  });
  const begin = performance.now();
  await contender.route();
  await reached;
  const took = performance.now() - begin;
  while (!(await contender.isSettled())) await delay(10);
  await stop();
  return Math.round((count * 1_000) / took);
}

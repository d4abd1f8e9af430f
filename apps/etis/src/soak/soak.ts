import { type RedisServer, startRedis } from '@etis/testing';
import { type Apart, createApart } from './apart.ts';
import { createBalancer } from './balancer.ts';
import { openEvidence } from './evidence.ts';
import type { NodeProcess } from './node-process.ts';
import { seededRandom } from './random.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { until } from './until.ts';
import { judge, type Verdict } from './verdict.ts';
import { createWorld, type SoakWorld } from './world.ts';

interface SoakOptions {
  /** How long deliveries come and processes are killed; until everything is at rest takes a little longer. */
  readonly seconds: number;
  /** Deliveries a second that the senders aim at. */
  readonly rate: number;
  /** What is killed when, and what is sent, follow from it. */
  readonly seed: number;
  /** With a Redis of its own, which is killed too, and batches that change over between it and the direct way all the time. */
  readonly redis?: boolean;
  readonly say: (sentence: string) => void;
}

/** What is ended or changed at a moment of chance. */
interface Victim {
  readonly name: string;
  kill(): Promise<void>;
}

interface SoakReport extends Verdict {
  readonly kills: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
}

const senders = 24;
/** A job that failed late may wait for its longest back-off, five minutes. */
const restWithinMs = 600_000;

/**
 * Runs an installation whose nodes are processes apart, sends it a mix of deliveries, and kills one process or PostgreSQL after the other with
 * `kill -9`, each of them at least once. When everything is at rest, it says whether all promises were kept.
 */
export async function soak({ seconds, rate, seed, redis: withRedis = false, say }: SoakOptions): Promise<SoakReport> {
  const random = seededRandom(seed);
  const redis = withRedis ? await startRedis() : null;
  say(`Seed ${seed}: ${rate} deliveries a second for ${seconds} s.`);
  const settings = redis === null ? undefined : { ETIS_REDIS_URL: redis.url };
  const apart = await createApart({ routing: 2, platform: 1, cluster: 1, worker: 1 }, settings);
  try {
    await Promise.all(apart.processes.map((process) => process.start()));
    const world = await worldOf(apart);
    const balancer = createBalancer(apart.of('routing'));
    await until('deliveries are accepted', () => balancer.next() !== null, 10_000);
    const traffic = startTraffic({ world, balancer, senders, rate, random: seededRandom(seed + 1) });
    const kills = await killing({ apart, redis, random, traffic, say, until: performance.now() + seconds * 1_000 });
    say('No more kills; the senders finish.');
    await traffic.finish();
    await balancer.stop();
    const evidence = openEvidence(apart.access, world);
    try {
      await evidence.atRest(restWithinMs);
      const verdict = await judge({ world, accepted: traffic.accepted, outside: apart.outside, evidence });
      return { ...verdict, kills, failures: Object.fromEntries(traffic.failures) };
    } finally {
      await evidence.close();
    }
  } finally {
    await apart.stop();
    await redis?.stop();
  }
}

/** Tenants and connections, once every process that accepts deliveries is governed by them. */
export async function worldOf(apart: Apart): Promise<SoakWorld> {
  const [platform] = apart.of('platform');
  if (platform === undefined) throw new Error('a world is made by the platform, and there is none');
  const token = await apart.token();
  const world = await createWorld({ url: platform.url, token, access: apart.access });
  await until('every process knows the newest view', () => governed(apart, world), 10_000);
  return world;
}

/** A connection that is known answers to a wrong signature with 401, one that is not with 404. */
async function governed(apart: Apart, world: SoakWorld): Promise<boolean> {
  const answers = await Promise.all(
    apart
      .of('routing')
      .filter((process) => process.running())
      .map((process) => fetch(`${process.url}/hooks/${world.whatsapp.id}`, { method: 'POST', body: '{}' })),
  );
  await Promise.all(answers.map((answer) => answer.text()));
  return answers.every(({ status }) => status === 401);
}

/** Kills in a random order in which everything has its turn, and starts again what was killed, until the time is over. */
async function killing(options: {
  apart: Apart;
  redis: RedisServer | null;
  random: () => number;
  traffic: Traffic;
  say: (sentence: string) => void;
  until: number;
}): Promise<Record<string, number>> {
  const { apart, redis, random, traffic, say } = options;
  const kills: Record<string, number> = {};
  let restarting = Promise.resolve();
  const victims: readonly Victim[] = [
    ...apart.processes.map((process) => ({
      name: process.name,
      async kill() {
        restarting = process.end('SIGKILL').then(() => startAgain(process));
      },
    })),
    { name: 'postgres', kill: () => apart.killDatabase() },
    ...(redis === null ? [] : [victimRedis(redis), evolution(apart, say)]),
  ];
  let turns: Victim[] = [];
  while (performance.now() < options.until) {
    await new Promise((resolve) => setTimeout(resolve, 2_000 + random() * 3_000));
    if (turns.length === 0) turns = victims.toSorted(() => random() - 0.5);
    const victim = turns.pop();
    if (victim === undefined) continue;
    // What is just coming back is let come back: a process that never runs proves nothing.
    await restarting;
    say(`${victim.name} (${traffic.accepted.length} accepted so far)`);
    kills[victim.name] = (kills[victim.name] ?? 0) + 1;
    await victim.kill();
  }
  await restarting;
  return kills;
}

function victimRedis(redis: RedisServer): Victim {
  return {
    name: 'redis',
    async kill() {
      await redis.kill();
      await redis.restart();
    },
  };
}

/** Chooses the other transport. Where a process is just coming back, that is refused, and the next turn tries again. */
function evolution(apart: Apart, say: (sentence: string) => void): Victim {
  let next = 'bullmq';
  return {
    name: 'evolve event-routing',
    async kill() {
      const [platform] = apart.of('platform');
      const answer = await fetch(`${platform?.url}/api/v1/event-routing`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await apart.token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ transport: next, reason: 'soak' }),
      }).catch(() => null);
      if (answer?.ok === true) next = next === 'bullmq' ? 'direct' : 'bullmq';
      else say(`  not now: ${answer === null ? 'the platform is away' : await answer.text()}`);
    },
  };
}

/** As a service manager does: a process that cannot start, because what it needs is just gone, is started again. */
async function startAgain(process: NodeProcess): Promise<void> {
  await until(`${process.name} runs again`, () => process.start().then(() => true), 60_000);
}

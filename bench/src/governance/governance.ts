import { setTimeout as delay } from 'node:timers/promises';
import { type BenchReport, median, quantile } from '../report.ts';
import { measureFlags } from './flags.ts';
import { createFleet } from './fleet-of.ts';
import { operator } from './operator.ts';
import { type PlatformStand, startPlatform } from './platform-stand.ts';
import { measureSimulated } from './simulated.ts';

const subscribers = 1_000;
const holders = 3;
const simulated = 10_000;
const kills = 60;
const restMs = 1_200;
const changes = 100;
const sizes = [100, 1_000, 10_000] as const;

/**
 * What governing costs: a platform-wide kill until the last of 1,000 subscribers' receipts is kept, over TLS and with every signature; a change of one
 * tenant until the subscribers that it concerns have acknowledged it, by the number of tenants; a flag's evaluation; what a connection costs.
 */
export async function governance(print: (line: string) => void): Promise<BenchReport> {
  const byTenants = new Map<number, readonly number[]>();
  for (const tenants of sizes) {
    const stand = await startPlatform({ tenants });
    const fleet = await createFleet(stand, { count: 12, processes: 1 });
    await fleet.start();
    byTenants.set(tenants, await measureChanges(stand));
    print(`change of one of ${tenants} tenants  ${milliseconds(byTenants.get(tenants) ?? [])}`);
    fleet.stop();
    await stand.stop();
  }

  const stand = await startPlatform({ tenants: 1_000 });
  const before = memory();
  const begun = performance.now();
  const fleet = await createFleet(stand, { count: subscribers, processes: holders });
  await fleet.start();
  const joinedMs = performance.now() - begun;
  const perSubscriber = Math.round((memory() - before) / subscribers / 1_024);
  print(`${subscribers} subscribers are governed after ${Math.round(joinedMs)} ms; each costs the platform ${perSubscriber} KiB`);
  const killed = await measureKills(stand);
  print(`kill to the last of ${subscribers} receipts  ${milliseconds(killed)}`);
  fleet.stop();
  await until(() => stand.plane.server.size() === 0);
  const storm = performance.now();
  await fleet.start();
  const stormMs = performance.now() - storm;
  print(`all ${subscribers} are back after a reconnect storm of ${Math.round(stormMs)} ms`);
  fleet.stop();
  await until(() => stand.plane.server.size() === 0);
  const crowd = await measureSimulated(stand, simulated);
  print(`kill to the last of ${simulated} simulated subscribers  ${milliseconds(crowd)}`);
  await stand.stop();

  const flags = await measureFlags();
  print(`flag evaluation  provider ${flags.provider} us, through the client ${flags.client} us, flagd-core ${flags['flagd-core']} us`);

  const kill = round(quantile(killed, 0.99));
  const change = round(quantile(byTenants.get(10_000) ?? [], 0.99));
  return {
    bench: 'governance',
    targets: [
      { name: `kill to last receipt, ${subscribers} subscribers, p99 ms`, value: kill, target: '<250', met: kill < 250 },
      { name: 'change of one tenant of 10,000 to those concerned, p99 ms', value: change, target: '<50', met: change < 50 },
      { name: 'flag evaluation through the provider, us', value: flags.provider, target: '<2', met: flags.provider < 2 },
    ],
    results: {
      killMs: { p50: round(median(killed)), p99: kill, max: round(Math.max(...killed)) },
      changeMs: Object.fromEntries(
        [...byTenants].map(([tenants, times]) => [tenants, { p50: round(median(times)), p99: round(quantile(times, 0.99)) }]),
      ),
      flagMicroseconds: flags,
      kibPerSubscriber: perSubscriber,
      joinMs: Math.round(joinedMs),
      reconnectStormMs: Math.round(stormMs),
      subscribers,
      simulated: {
        subscribers: simulated,
        killMs: { p50: round(median(crowd)), max: round(Math.max(...crowd)) },
      },
    },
  };
}

async function measureChanges(stand: PlatformStand): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < changes + 10; index += 1) {
    await stand.plane.server.settled(10_000);
    const begun = performance.now();
    await stand.control.tenants.ensure(operator, { id: 'tenant-7', name: `Company, renamed ${index}` });
    await stand.plane.server.settled(10_000);
    if (index >= 10) times.push(performance.now() - begun);
  }
  return times;
}

/** Each from rest: a second after a directive the manifests that name it are on their way. */
async function measureKills(stand: PlatformStand): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < kills + 3; index += 1) {
    await delay(restMs);
    await stand.plane.server.settled(10_000);
    const begun = performance.now();
    const { directive } = await stand.plane.directives.order(operator, { verb: 'kill', scope: {}, reason: 'benched' });
    while ((await stand.receipts(directive.id)) < subscribers) await stand.nextReceipts();
    if (index >= 3) times.push(performance.now() - begun);
    await stand.plane.directives.resume(operator, { ends: [directive.id], reason: 'benched' });
  }
  return times;
}

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20);
}

function milliseconds(times: readonly number[]): string {
  return `p50 ${median(times).toFixed(1)} ms   p99 ${quantile(times, 0.99).toFixed(1)} ms`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

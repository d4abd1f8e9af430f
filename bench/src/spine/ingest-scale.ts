import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { spineDomain } from '@etis/spine';
import { measureIngest } from '../ingest/ingest.ts';
import { load } from '../ingest/load.ts';
import { makeRequests } from '../ingest/requests.ts';
import { startServer } from '../ingest/server.ts';
import { median } from '../report.ts';
import { type Part, shown, spread } from './part.ts';
import type { Stand } from './stand.ts';

const processes = [1, 2, 3];
const connections = 64;
const warmUpRequests = 3_000;

/**
 * Durable ingest: beside a bare echo, and with several processes on one database. A target counts where the cores allow it: one for each process, one
 * for PostgreSQL and one for the load.
 */
export const ingestScale: Part = async ({ stand, quick, print }) => {
  const single = await measureIngest({ rounds: quick ? 1 : 2, requestsPerRound: quick ? 8_000 : 16_000, print });
  print('');
  const rates = new Map<number, number[]>(processes.map((count) => [count, []]));
  for (let round = 1; round <= (quick ? 1 : 2); round += 1) {
    for (const count of processes) rates.get(count)?.push(await rateOf(stand, count, quick ? 6_000 : 14_000));
  }
  const one = median(rates.get(1) ?? []);
  const scaled = [...rates].map(([count, found]) => {
    print(
      `${shown(count, 3)} processes ${shown(median(found))} requests/s ${spread(found).padStart(18)}   ${(median(found) / one).toFixed(2)} x one`,
    );
    return { processes: count, requestsPerSecond: Math.round(median(found)), timesOne: Number((median(found) / one).toFixed(2)) };
  });
  return {
    targets: [
      ...single.targets,
      ...scaled
        .filter(({ processes: count }) => count > 1 && count + 2 <= availableParallelism())
        .map(({ processes: count, timesOne }) => ({
          name: `durable ingest of ${count} processes / one`,
          value: timesOne,
          target: `>=${(0.8 * count).toFixed(1)}`,
          met: timesOne >= 0.8 * count,
        })),
    ],
    results: { beside: single.results, scaled, cores: availableParallelism() },
  };
};

/** Requests a second that so many processes keep in one new database, each with its own connections. */
async function rateOf(stand: Stand, count: number, requests: number): Promise<number> {
  const secret = randomBytes(24).toString('hex');
  const access = await stand.domains([spineDomain]);
  const env = { BENCH_SECRET: secret, BENCH_ACCESS: JSON.stringify(access) };
  const servers = await Promise.all(Array.from({ length: count }, () => startServer('durable', env)));
  try {
    const loadAll = async (each: number) => {
      const made = servers.map(() => makeRequests(each, secret));
      const begin = performance.now();
      const results = await Promise.all(servers.map(({ port }, index) => load({ port, connections, requests: made[index] ?? [] })));
      const refused = results.flatMap(({ statuses }) => Object.keys(statuses)).filter((status) => !status.startsWith('2'));
      if (refused.length > 0) throw new Error(`a process answered ${refused.join(', ')}`);
      return (each * count * 1_000) / (performance.now() - begin);
    };
    await loadAll(warmUpRequests);
    return await loadAll(requests);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await stand.drop(access.databases[spineDomain.name] ?? '');
  }
}

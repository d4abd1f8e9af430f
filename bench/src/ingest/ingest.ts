import { randomBytes } from 'node:crypto';
import { type BenchReport, median, quantile } from '../report.ts';
import { load } from './load.ts';
import { bodyBytes, makeRequests } from './requests.ts';
import { type Server, startServer } from './server.ts';

const warmUpRequests = 6_000;
const connections = 64;

/** What is compared. Each serves in a process of its own; the load comes from this one. */
const contenders = ['echo', 'durable', 'insert-per-request'] as const;
type Contender = (typeof contenders)[number];

/**
 * Durable ingest (verified, deduplicated, on disk before the answer) against a bare Fastify echo of the same body, and against one insert per
 * request. Contenders take turns within each round, so that a slow minute of the machine hits all of them.
 */
export async function ingest(print: (line: string) => void): Promise<BenchReport> {
  return measureIngest({ rounds: 5, requestsPerRound: 24_000, print });
}

export async function measureIngest(given: {
  rounds: number;
  requestsPerRound: number;
  print: (line: string) => void;
}): Promise<BenchReport> {
  const { rounds, requestsPerRound, print } = given;
  const secret = randomBytes(24).toString('hex');
  const servers = new Map<Contender, Server>();
  try {
    for (const name of contenders) servers.set(name, await startServer(name, { BENCH_SECRET: secret }));
    const rates = new Map<Contender, number[]>(contenders.map((name) => [name, []]));
    const p99s = new Map<Contender, number[]>(contenders.map((name) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, server] of servers) {
        const count = round === 0 ? warmUpRequests : requestsPerRound;
        const result = await load({ port: server.port, connections, requests: makeRequests(count, secret) });
        const refused = Object.entries(result.statuses).filter(([status]) => !status.startsWith('2'));
        if (refused.length > 0) throw new Error(`${name} answered ${JSON.stringify(result.statuses)}`);
        if (round === 0) continue;
        rates.get(name)?.push(result.requestsPerSecond);
        p99s.get(name)?.push(quantile(result.latencies, 0.99));
        print(`round ${round}  ${name.padEnd(20)} ${Math.round(result.requestsPerSecond).toString().padStart(7)} requests/s`);
      }
    }
    return report(rates, p99s, print);
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
}

function report(rates: Map<Contender, number[]>, p99s: Map<Contender, number[]>, print: (line: string) => void): BenchReport {
  const rate = (name: Contender) => median(rates.get(name) ?? []);
  // The ratio of each round first, then their median: both of a pair saw the same machine.
  const ratios = (rates.get('durable') ?? []).map((value, round) => value / (rates.get('echo')?.[round] ?? Number.NaN));
  const value = Number(median(ratios).toFixed(3));
  print('');
  for (const name of contenders) {
    print(
      `${name.padEnd(20)} ${Math.round(rate(name)).toString().padStart(7)} requests/s   p99 ${median(p99s.get(name) ?? []).toFixed(1)} ms`,
    );
  }
  return {
    bench: 'ingest',
    targets: [{ name: 'durable ingest / bare Fastify echo', value, target: '>=0.85', met: value >= 0.85 }],
    results: {
      requestsPerSecond: Object.fromEntries(contenders.map((name) => [name, Math.round(rate(name))])),
      p99Milliseconds: Object.fromEntries(contenders.map((name) => [name, Number(median(p99s.get(name) ?? []).toFixed(2))])),
      ratioByRound: ratios.map((ratio) => Number(ratio.toFixed(3))),
      connections,
      bodyBytes,
      synchronousCommit: 'on',
    },
  };
}

import { fork } from 'node:child_process';
import { createOperatorCredential } from '@etis/agent';
import { load } from '../ingest/load.ts';
import { type BenchReport, median, quantile } from '../report.ts';
import { place } from './place.ts';

const rounds = 30;
const requestsPerRound = 2_500;
const warmUpRequests = 6_000;
const connections = 32;

/** What is compared. Each serves in a process of its own, on a PostgreSQL of its own; the load comes from this one. */
const contenders = ['bare', 'platform'] as const;
type Contender = (typeof contenders)[number];

/**
 * One request of the Platform API (`GET /api/v1/tenants/{tenant}/placements/{product}`: guard, validation, tenant transaction, ETag, serialised
 * reply) against a bare Fastify route that runs the same query in the same tenant transaction. Contenders take turns within each round, in
 * changing order, so that a slow minute of the machine hits both.
 */
export async function api(print: (line: string) => void): Promise<BenchReport> {
  const { token } = createOperatorCredential();
  const request = Buffer.from(
    `GET /api/v1/tenants/${place.tenant}/placements/${place.product} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  const servers = new Map<Contender, Server>();
  try {
    for (const name of contenders) servers.set(name, await startServer(name, token));
    const rates = new Map<Contender, number[]>(contenders.map((name) => [name, []]));
    const p99s = new Map<Contender, number[]>(contenders.map((name) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      const order = round % 2 === 0 ? [...servers] : [...servers].reverse();
      for (const [name, { port }] of order) {
        const requests = Array.from({ length: round === 0 ? warmUpRequests : requestsPerRound }, () => request);
        const { requestsPerSecond, latencies, statuses } = await load({ port, connections, requests });
        const refused = Object.keys(statuses).filter((status) => status !== '200');
        if (refused.length > 0) throw new Error(`${name} answered ${JSON.stringify(statuses)}`);
        if (round === 0) continue;
        rates.get(name)?.push(requestsPerSecond);
        p99s.get(name)?.push(quantile(latencies, 0.99));
        print(`round ${round}  ${name.padEnd(10)} ${Math.round(requestsPerSecond).toString().padStart(7)} requests/s`);
      }
    }
    return report(rates, p99s, print);
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
}

function report(rates: Map<Contender, number[]>, p99s: Map<Contender, number[]>, print: (line: string) => void): BenchReport {
  const rate = (name: Contender) => median(rates.get(name) ?? []);
  // Of each round first, then the median: both of a pair saw the same machine.
  const overheads = (rates.get('bare') ?? []).map((value, round) => value / (rates.get('platform')?.[round] ?? Number.NaN) - 1);
  const value = Number(median(overheads).toFixed(3));
  print('');
  for (const name of contenders) {
    print(
      `${name.padEnd(10)} ${Math.round(rate(name)).toString().padStart(7)} requests/s   p99 ${median(p99s.get(name) ?? []).toFixed(1)} ms`,
    );
  }
  return {
    bench: 'api',
    targets: [{ name: 'overhead of an API request over a bare Fastify route', value, target: '<0.25', met: value < 0.25 }],
    results: {
      requestsPerSecond: Object.fromEntries(contenders.map((name) => [name, Math.round(rate(name))])),
      p99Milliseconds: Object.fromEntries(contenders.map((name) => [name, Number(median(p99s.get(name) ?? []).toFixed(2))])),
      overheadByRound: overheads.map((overhead) => Number(overhead.toFixed(3))),
      connections,
    },
  };
}

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a contender in a process of its own. */
function startServer(name: Contender, secret: string): Promise<Server> {
  const child = fork(new URL(`./serve-${name}.ts`, import.meta.url), { env: { PATH: process.env.PATH ?? '', BENCH_SECRET: secret } });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const { port } = message as { port: number };
      resolve({
        port,
        async stop() {
          child.send('stop');
          await ended;
        },
      });
    });
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it listened`)));
  });
}

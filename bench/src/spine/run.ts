import { setTimeout as delay } from 'node:timers/promises';
import { countdown } from '../jobs/contender.ts';
import type { Candidate, Contender } from './contender.ts';
import { publishAll } from './publish.ts';
import { serverCpu } from './server-cpu.ts';
import type { Stand } from './stand.ts';

/** What it took to bring `count` messages all the way. */
export interface Run {
  readonly perSecond: number;
  /** Microseconds of CPU for each message: in this process, and in PostgreSQL or Redis. */
  readonly nodeMicros: number;
  readonly serverMicros: number | null;
  /** Bytes of PostgreSQL's log for each message. */
  readonly walBytes: number;
}

/** Publishes and consumes at the same time until `count` messages are published, each handled `copies` times (once by default), and their ends on disk. */
export async function run(
  stand: Stand,
  contender: Contender,
  given: { count: number; lanes: number; publishing: Candidate['publishing']; copies?: number },
): Promise<Run> {
  const { reached, tick } = countdown(given.count * (given.copies ?? 1));
  const stop = await contender.consume(tick);
  // Nobody pays for what others wrote before.
  await stand.session.query('checkpoint');
  const wal = await walPosition(stand);
  const server = await serverCpu(stand);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await publishAll(contender, { count: given.count, lanes: given.lanes, ...given.publishing });
  await reached;
  while (!(await contender.isSettled())) await delay(1);
  const seconds = (performance.now() - begin) / 1_000;
  const used = process.cpuUsage(cpu);
  const serverAfter = await serverCpu(stand);
  const walBytes = (await walPosition(stand)) - wal;
  await stop();
  return {
    perSecond: given.count / seconds,
    nodeMicros: (used.user + used.system) / given.count,
    serverMicros: server === null || serverAfter === null ? null : ((serverAfter - server) * 1e6) / given.count,
    walBytes: walBytes / given.count,
  };
}

async function walPosition({ session }: Stand): Promise<number> {
  const [row] = await session.query<{ bytes: string }>("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as bytes");
  return Number(row?.bytes);
}

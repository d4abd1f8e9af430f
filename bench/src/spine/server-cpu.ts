import { readdir, readFile } from 'node:fs/promises';
import type { Stand } from './stand.ts';

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const ticksPerSecond = 100;

/** Seconds of CPU that PostgreSQL and Redis have used since they started; null where the system does not tell, as others than Linux. */
export async function serverCpu({ session, redis }: Stand): Promise<number | null> {
  const processes = await processTimes().catch(() => null);
  if (processes === null) return null;
  const [own] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  const postmaster = processes.get(own?.pid ?? 0)?.parent;
  let ticks = 0;
  for (const [pid, { parent, self, ended }] of processes) {
    if (pid === postmaster || pid === redis?.pid) ticks += self + ended;
    else if (parent === postmaster) ticks += self;
  }
  return ticks / ticksPerSecond;
}

interface Times {
  readonly parent: number;
  readonly self: number;
  /** What children used that have ended. */
  readonly ended: number;
}

async function processTimes(): Promise<ReadonlyMap<number, Times>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid): Promise<readonly (readonly [number, Times])[]> => {
      // A process may have ended since it was listed.
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
      if (stat === null) return [];
      // The name stands in brackets and may hold anything.
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const [parent = 0] = fields.slice(1);
      const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
      return [[Number(pid), { parent, self: user + system, ended: endedUser + endedSystem }]];
    }),
  );
  return new Map(found.flat());
}

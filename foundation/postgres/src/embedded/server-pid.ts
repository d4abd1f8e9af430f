import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';

/**
 * Removes a lock file of PostgreSQL's that names an alive process other than the server of `data`: process ids are given again, in a container
 * soon. PostgreSQL would refuse to start, and stopping "the server" would hit that process. Those of ended processes it removes itself.
 */
export async function removeStaleLock(file: string, data: string): Promise<void> {
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (Number.isInteger(pid) && pid > 0 && isAlive(pid) && !isServer(pid, data)) await rm(file, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether there is such a process; one that has ended and was not yet asked after, as in a container without an init, is none. */
export function isRunning(pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    return !/^.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Whether that process lives and is the server of `data`. On Windows any process counts; whether it answers there shows at the login. */
export function isServer(pid: number, data: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  const folder = folderOf(pid);
  return folder !== undefined && realPath(folder) === realPath(data);
}

/** The data folder of a server, which pg_ctl calls as `/…/bin/postgres -D /…/data`. Undefined for one that has ended and was not yet asked after. */
function folderOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const command = spawnSync('/bin/ps', ['-p', `${pid}`, '-ww', '-o', 'command='], { encoding: 'utf8', env: {} }).stdout ?? '';
    return /\/bin\/postgres -D (.+)/s.exec(command)?.[1]?.trim();
  }
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return args[1] === '-D' ? args[2] : undefined;
  } catch {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

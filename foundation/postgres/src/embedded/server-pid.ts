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

/** Whether that process lives and is the server of `data`. On Windows any process counts; whether it answers there shows at the login. */
export function isServer(pid: number, data: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  // The way pg_ctl calls it: `/…/bin/postgres -D /…/data`.
  const folder = commandOf(pid).split(' -D ')[1]?.trim();
  return folder !== undefined && realPath(folder) === realPath(data);
}

/** Empty for a process that has ended and was not yet asked after. */
function commandOf(pid: number): string {
  if (process.platform !== 'linux')
    return spawnSync('/bin/ps', ['-p', `${pid}`, '-o', 'command='], { encoding: 'utf8', env: {} }).stdout ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isRunning } from './server-pid.ts';

const goneWithinMs = 2_000;
const lookEveryMs = 20;

/**
 * Kills a server that heeds nothing else, with its children: they would end by themselves without it, unless they hang, too. The data stays whole, the next
 * start recovers it. Resolves once all are gone, or after two seconds where the kernel holds one back.
 */
export async function killServer(pid: number): Promise<void> {
  // Asked before, since afterwards nobody knows whose they were.
  const processes = [pid, ...childrenOf(pid)];
  for (const each of processes) kill(each);
  const until = performance.now() + goneWithinMs;
  while (processes.some(isRunning) && performance.now() < until) await wait(lookEveryMs);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** None on Windows, where a server's children end with it. */
function childrenOf(pid: number): number[] {
  if (process.platform === 'win32') return [];
  return allProcesses()
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
}

/** Each process with its parent. */
function allProcesses(): [pid: number, parent: number][] {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(name)]);
  const { stdout } = spawnSync('/bin/ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8', env: {} });
  return [...(stdout ?? '').matchAll(/(\d+) +(\d+)/g)].map(([, child, parent]) => [Number(child), Number(parent)]);
}

/** `pid (command) state ppid …`, where the command may hold anything; 0 for one that has just ended. */
function parentOf(name: string): number {
  try {
    return Number(/^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'latin1'))?.[1]);
  } catch {
    return 0;
  }
}

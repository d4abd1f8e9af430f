import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { errors } from '../errors.ts';
import { killServer } from './kill-server.ts';
import type { Place } from './place.ts';
import { runProgram } from './run-program.ts';
import { logEnd, readLog, reasonIn, shortenLog } from './server-log.ts';
import { isServer, removeStaleLock } from './server-pid.ts';
import { writeSettings } from './server-settings.ts';
import type { ServerUser } from './server-user.ts';

/** Where a running server listens. */
export interface Listening {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
}

const pidFile = 'postmaster.pid';
/** After a kill -9 of the server its children hold the shared memory for a moment; another platform's start takes one, too. */
const startTries = 20;
const startTryEveryMs = 250;

/** What the server wrote about itself, where its process lives; null otherwise. Lines as in PostgreSQL's `miscadmin.h`. */
export async function findListening(data: string): Promise<Listening | null> {
  const text = await readFile(join(data, pidFile), 'utf8').catch(() => '');
  const [pidLine, , , port, socketFolder, address] = text.split('\n').map((line) => line.trim());
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 0 || !port || !isServer(pid, data)) return null;
  return { pid, host: socketFolder || address || '127.0.0.1', port: Number(port) };
}

/** Starts the server and waits until it takes logins. One that another platform started meanwhile is as good. @throws POSTGRES_START_FAILED */
export async function startServer(options: { place: Place; user: ServerUser | null; flags: readonly string[] }): Promise<Listening> {
  const { place, user } = options;
  const socketFolder = await writeSettings(options);
  await shortenLog(place.log);
  for (let tries = 1; ; tries += 1) {
    await removeStaleLock(join(place.data, pidFile), place.data);
    if (socketFolder !== null) await removeStaleLock(join(socketFolder, '.s.PGSQL.5432.lock'), place.data);
    const logStart = await logEnd(place.log);
    const { output } = await runProgram({
      binaries: place.binaries,
      user,
      program: 'pg_ctl',
      data: place.data,
      args: ['start', '--options', `-D "${inShell(place.data)}"`, '--log', inShell(place.log), '--wait', '--timeout', '30', '--silent'],
    });
    const listening = await findListening(place.data);
    if (listening !== null) return listening;
    const said = await readLog(place.log, logStart);
    const passing = /shared memory block|lock file|another server/i.test(`${output}\n${said}`);
    if (!passing || tries === startTries) throw errors.START_FAILED(reasonIn(said.trim() || output), place.log);
    await wait(startTryEveryMs);
  }
}

/** pg_ctl has a shell start the server and puts each path between double quotes, whatever characters it holds. */
function inShell(path: string): string {
  return process.platform === 'win32' ? path : path.replaceAll(/[\\"$`]/g, '\\$&');
}

/**
 * Ends the server and resolves once its processes are gone: politely first, at once when that takes more than three seconds, and by killing
 * them a second later, so that whoever pressed Ctrl-C waits less than five.
 */
export async function stopServer(options: { place: Place; user: ServerUser | null }): Promise<void> {
  const { place, user } = options;
  for (const [mode, seconds] of [
    ['fast', '3'],
    ['immediate', '1'],
  ] as const) {
    if ((await findListening(place.data)) === null) return;
    const args = ['stop', '--pgdata', place.data, '--mode', mode, '--wait', '--timeout', seconds, '--silent'];
    await runProgram({ binaries: place.binaries, user, program: 'pg_ctl', args });
  }
  const left = await findListening(place.data);
  if (left !== null) await killServer(left.pid);
}

import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { errors } from '../errors.ts';
import { lastLine } from './data-folder.ts';
import type { Place } from './place.ts';
import { runProgram } from './run-program.ts';
import type { ServerUser } from './server-user.ts';
import { openSocketFolder } from './socket-folder.ts';

/** Where a running server listens. */
export interface Listening {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
}

const maxLogBytes = 10 * 1024 * 1024;
/** After a kill -9 of the server its children hold the shared memory for a moment. */
const startTries = 20;
const startTryEveryMs = 250;

/** What the server wrote about itself, where its process lives; null otherwise. Lines as in PostgreSQL's `miscadmin.h`. */
export async function findListening(data: string): Promise<Listening | null> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pidLine, , , port, socketFolder, address] = text.split('\n').map((line) => line.trim());
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || !port) return null;
  return { pid, host: socketFolder || address || '127.0.0.1', port: Number(port) };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Starts the server and waits until it takes logins. One that another platform started meanwhile is as good. @throws POSTGRES_START_FAILED */
export async function startServer(options: { place: Place; user: ServerUser | null; flags: readonly string[] }): Promise<Listening> {
  const { place, user } = options;
  await writeSettings(options);
  if (((await stat(place.log).catch(() => null))?.size ?? 0) > maxLogBytes) await truncate(place.log);
  for (let tries = 1; ; tries += 1) {
    const { code, output } = await runProgram({
      binaries: place.binaries,
      user,
      program: 'pg_ctl',
      args: ['start', '--pgdata', place.data, '--log', place.log, '--wait', '--timeout', '30', '--silent'],
    });
    const listening = await findListening(place.data);
    if (listening !== null && (code === 0 || tries > 1)) return listening;
    const said = lastLine(
      await readFile(place.log, 'utf8').then(
        (text) => text.slice(-4_000),
        () => output,
      ),
    );
    const passing = /shared memory block|could not connect|lock file|another server/i.test(`${output}\n${await tailOf(place.log)}`);
    if (!passing || tries === startTries) throw errors.START_FAILED(said, place.log);
    await wait(startTryEveryMs);
  }
}

/** Ends the server and resolves once its process is gone: politely first, at once when that takes more than four seconds. */
export async function stopServer(options: { place: Place; user: ServerUser | null }): Promise<void> {
  const { place, user } = options;
  const listening = await findListening(place.data);
  if (listening === null) return;
  for (const [mode, seconds] of [
    ['fast', '3'],
    ['immediate', '5'],
  ] as const) {
    const args = ['stop', '--pgdata', place.data, '--mode', mode, '--wait', '--timeout', seconds, '--silent'];
    const { code } = await runProgram({ binaries: place.binaries, user, program: 'pg_ctl', args });
    if (code === 0 || !isAlive(listening.pid)) return;
  }
}

async function tailOf(file: string): Promise<string> {
  return readFile(file, 'utf8').then(
    (text) => text.slice(-2_000),
    () => '',
  );
}

/** All settings are ours and in one file, so a start never depends on what an older release left behind. */
async function writeSettings({ place, user, flags }: { place: Place; user: ServerUser | null; flags: readonly string[] }): Promise<void> {
  const listen =
    process.platform === 'win32'
      ? [`listen_addresses = '127.0.0.1'`, `port = ${await freePort()}`]
      : [
          `listen_addresses = ''`,
          `unix_socket_directories = ${quoted(await openSocketFolder(place.data, user))}`,
          'unix_socket_permissions = 0700',
        ];
  const settings = [
    ...listen,
    'max_connections = 150',
    "shared_buffers = '128MB'",
    "dynamic_shared_memory_type = 'mmap'",
    'synchronous_commit = on',
    'jit = off',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "log_min_messages = 'warning'",
    "log_min_error_statement = 'panic'",
    'log_checkpoints = off',
    "password_encryption = 'scram-sha-256'",
    ...flags,
  ];
  await writeFile(join(place.data, 'postgresql.conf'), `${settings.join('\n')}\n`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

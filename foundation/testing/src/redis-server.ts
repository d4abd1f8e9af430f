import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A real redis-server with a folder of its own, whose append-only file outlives a kill. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  readonly version: string;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** Ends it and deletes its folder. */
  stop(): Promise<void>;
}

/** Whether there is a redis-server to start. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Starts a redis-server on a free port of this machine. With `always` every write is on disk before it answers, with `everysec` a crash of the
 * machine costs up to a second of them.
 */
export async function startRedis(appendfsync: 'always' | 'everysec' = 'everysec'): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'etis-redis-'));
  const port = await freePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const durability = ['--save', '', '--appendonly', 'yes', '--appendfsync', appendfsync];
  let running = launch();

  function launch() {
    const child = spawn('redis-server', [...place, ...durability], { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.once('error', () => {});
    return { child, ended };
  }

  async function ready(): Promise<void> {
    await eventually(async () => (await ask(port, 'PING').catch(() => '')).startsWith('+PONG'), { timeoutMs: 20_000 });
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    running.child.kill(signal);
    await running.ended;
  }

  await ready();
  const info = await ask(port, 'INFO server');
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return running.child.pid ?? 0;
    },
    version: /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown',
    kill: () => end('SIGKILL'),
    async restart() {
      running = launch();
      await ready();
    },
    async stop() {
      if (running.child.exitCode === null && running.child.signalCode === null) await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The first piece of the answer to an inline command. */
async function ask(port: number, command: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 });
  try {
    await once(socket, 'connect');
    socket.write(`${command}\r\n`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString('utf8');
  } finally {
    socket.destroy();
  }
}

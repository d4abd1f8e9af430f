import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '@etis/testing';
import type { DemonstrationSecret } from '../demonstration/secret.ts';

const main = resolve(import.meta.dirname, '../main.ts');

/** What a command printed and how it ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** An installation in a folder of its own, driven through the command line and HTTP as a person would. */
export interface Installation {
  readonly home: string;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Starts `etis up` and resolves once it is ready. @throws with what it printed when it ends before that */
  up(args?: readonly string[]): Promise<RunningEtis>;
  /** Runs a command to its end. */
  run(args: readonly string[], environment?: Record<string, string>): Promise<Ended>;
  /** `GET` as the operator; the status and the parsed body. */
  get<T>(path: string): Promise<{ status: number; body: T }>;
  secret(): Promise<DemonstrationSecret>;
  remove(): Promise<void>;
}

export interface RunningEtis {
  readonly pid: number;
  readonly printed: () => string;
  /** Sends a signal and resolves with the exit once the process is gone. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/** Makes an installation; nothing runs yet. */
export async function createInstallation(settings: Readonly<Record<string, string>> = {}): Promise<Installation> {
  const home = await mkdtemp(join(tmpdir(), 'etis-e2e-'));
  // As an administrator would have it: a database that runs as another user has to reach its folder in it.
  await chmod(home, 0o755);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    PATH: process.env.PATH ?? '',
    ETIS_HOME: home,
    ETIS_PORT: `${port}`,
    ETIS_LOG_LEVEL: 'info',
    ...settings,
  };
  const processes = new Set<ChildProcess>();

  function launch(args: readonly string[], extra: Record<string, string> = {}) {
    const child = spawn(process.execPath, [main, ...args], { env: { ...environment, ...extra }, stdio: ['ignore', 'pipe', 'pipe'] });
    processes.add(child);
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const ended = new Promise<Ended>((done, fail) => {
      child.once('error', fail);
      child.once('close', (code) => {
        processes.delete(child);
        done({ code, out, err });
      });
    });
    return { child, ended, printed: () => `${out}${err}` };
  }

  return {
    home,
    url,
    environment,
    async up(args = ['--demo']) {
      const { child, ended, printed } = launch(['up', ...args]);
      await Promise.race([
        eventually(async () => (await fetch(`${url}/readyz`).catch(() => null))?.status === 200 && printed().includes('listens at'), {
          timeoutMs: 30_000,
        }),
        ended.then((end) => {
          throw new Error(`etis up ended with ${end.code}: ${end.out}${end.err}`);
        }),
      ]);
      return {
        pid: child.pid ?? 0,
        printed,
        end(signal) {
          child.kill(signal);
          return ended;
        },
      };
    },
    run: (args, extra) => launch(args, extra).ended,
    async get<T>(path: string) {
      const token = (await readFile(join(home, 'credentials', 'operator-token'), 'utf8')).trim();
      const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } });
      return { status: response.status, body: (await response.json()) as T };
    },
    async secret() {
      return JSON.parse(await readFile(join(home, 'demonstration', 'autodesk.json'), 'utf8')) as DemonstrationSecret;
    },
    async remove() {
      for (const child of processes) child.kill('SIGKILL');
      const pid = await postmasterOf(home);
      if (pid !== null) process.kill(pid, 'SIGKILL');
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The process id of the PostgreSQL that runs on this home; null where none does. */
export async function postmasterOf(home: string): Promise<number | null> {
  const text = await readFile(join(home, 'postgres', 'server', 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  if (!pid) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port was free');
  return address.port;
}

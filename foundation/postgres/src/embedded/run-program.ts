import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ServerUser } from './server-user.ts';

/** How one of PostgreSQL's programs ended; `code` is null where it could not be run or was killed, `output` what it said last, at most 4,000 characters. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly output: string;
}

const pipesOpenMs = 500;

/**
 * Runs `initdb` or `pg_ctl` as the server's user, with an environment of its own: none of ours, and of the PG* variables PGDATA alone, where
 * `data` is given.
 */
export function runProgram(options: {
  binaries: string;
  user: ServerUser | null;
  program: 'initdb' | 'pg_ctl';
  args: readonly string[];
  data?: string;
}): Promise<ProgramEnd> {
  const { user } = options;
  const ids = user === null ? {} : { uid: user.uid, gid: user.gid };
  return new Promise((resolve) => {
    const child = spawn(join(options.binaries, 'bin', options.program), options.args, {
      ...ids,
      cwd: '/',
      env: { ...environment(), ...(options.data === undefined ? {} : { PGDATA: options.data }) },
      // A session of its own keeps Ctrl-C in the terminal away from it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (code: number | null) => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, output: output.trim() });
    };
    child.once('error', (error) => {
      output += `\n${error.message}`;
      end(null);
    });
    child.once('close', end);
    // What was written last may come after `exit`; `close` may not come at all, where a server that pg_ctl left behind holds the pipes open.
    child.once('exit', (code) => setTimeout(end, pipesOpenMs, code));
  });
}

function environment(): Record<string, string> {
  if (process.platform === 'win32') return { SystemRoot: 'C:\\Windows', PATH: 'C:\\Windows\\System32' };
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

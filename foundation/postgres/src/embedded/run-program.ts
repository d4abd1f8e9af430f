import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ServerUser } from './server-user.ts';

/** How one of PostgreSQL's programs ended; `output` is what it said last, at most 4,000 characters. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly output: string;
}

/** Runs `initdb` or `pg_ctl` as the server's user, with an environment of its own: none of ours, and none of its PG* variables. */
export function runProgram(options: {
  binaries: string;
  user: ServerUser | null;
  program: 'initdb' | 'pg_ctl';
  args: readonly string[];
}): Promise<ProgramEnd> {
  const { user } = options;
  const ids = user === null ? {} : { uid: user.uid, gid: user.gid };
  return new Promise((resolve, reject) => {
    const child = spawn(join(options.binaries, 'bin', options.program), options.args, {
      ...ids,
      cwd: '/',
      env: environment(),
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
    child.once('error', reject);
    // Not `close`: the server that pg_ctl leaves behind holds the pipes open.
    child.once('exit', (code) => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, output: output.trim() });
    });
  });
}

function environment(): Record<string, string> {
  if (process.platform === 'win32') return { SystemRoot: 'C:\\Windows', PATH: 'C:\\Windows\\System32' };
  return { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

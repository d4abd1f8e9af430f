import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The user of the operating system that the server runs as. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. A platform that was started as root runs it as `postgres` where that user exists, otherwise as `nobody`;
 * anyone else runs it as himself, which is null.
 */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { name, uid: Number(uid), gid: Number(gid) }]),
  );
  return users.get('postgres') ?? users.get('nobody') ?? { name: 'nobody', uid: 65_534, gid: 65_534 };
}

/** Whether the user can run a program or enter a folder, found out by trying: modes, mounts and access lists all count. */
export function canUse(user: ServerUser, command: readonly [string, ...string[]]): boolean {
  const [program, ...args] = command;
  const { uid, gid } = user;
  return spawnSync(program, args, { uid, gid, cwd: '/', env: {}, stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** Whether the user can get into a folder; true where the server runs as the platform's own user. */
export function canEnter(user: ServerUser | null, folder: string): boolean {
  return user === null || canUse(user, ['/bin/sh', '-c', 'cd "$1"', 'sh', folder]);
}

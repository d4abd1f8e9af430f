import { randomBytes } from 'node:crypto';
import { lchown, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Place } from './place.ts';
import type { ServerUser } from './server-user.ts';
import { openSocketFolder } from './socket-folder.ts';

/**
 * All settings are ours and in one file, so a start never depends on what an older release left behind.
 * Resolves to the folder of its socket; null where it has none.
 * @throws POSTGRES_SOCKET_FOLDER_TAKEN
 */
export async function writeSettings(options: { place: Place; user: ServerUser | null; flags: readonly string[] }): Promise<string | null> {
  const { place, user, flags } = options;
  const socketFolder = process.platform === 'win32' ? null : await openSocketFolder(place.data, user);
  const listen =
    socketFolder === null
      ? [`listen_addresses = '127.0.0.1'`, `port = ${await freePort()}`]
      : [`listen_addresses = ''`, `unix_socket_directories = ${quoted(socketFolder)}`, 'unix_socket_permissions = 0700', 'port = 5432'];
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
  // Under another name first: whole or not at all, and a link that the server's user put there leads root nowhere.
  const draft = join(place.data, `postgresql.conf.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(draft, `${settings.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
    if (user !== null) await lchown(draft, user.uid, user.gid);
    await rename(draft, join(place.data, 'postgresql.conf'));
    return socketFolder;
  } finally {
    await rm(draft, { force: true });
  }
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

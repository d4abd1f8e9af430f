import { spawnSync } from 'node:child_process';
import { hasRedis } from './redis-server.ts';

/**
 * Sees to it that there is a redis-server: the one on the PATH, or else Debian's package where this process may install it. Without one, tests that
 * need it are skipped, which is said on stderr; with `isRequired` that is an error.
 */
export function findRedis(isRequired: boolean): boolean {
  if (hasRedis()) return true;
  if (process.getuid?.() === 0) {
    const apt = (...words: readonly string[]) =>
      spawnSync('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...words], { stdio: 'ignore' });
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'redis-server');
    if (hasRedis()) return true;
  }
  const message = 'There is no redis-server: tests of the transport over Redis cannot run. Install it (apt-get install redis-server).';
  if (isRequired) throw new Error(message);
  process.stderr.write(`\n${message} They are SKIPPED.\n\n`);
  return false;
}

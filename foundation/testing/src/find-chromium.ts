import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { testEnvironment } from './environment.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The browser on the PATH; null where there is none. */
export function chromiumPath(): string | null {
  const folders = testEnvironment().path.split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram) ?? null;
}

/**
 * Sees to it that there is a Chromium: the one on the PATH, or else Debian's package where this process may install it. Without one, tests that
 * need it are skipped, which is said on stderr; with `isRequired` that is an error.
 */
export function findChromium(isRequired: boolean): boolean {
  if (chromiumPath() !== null) return true;
  if (process.getuid?.() === 0) {
    const apt = (...words: readonly string[]) =>
      spawnSync('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...words], { stdio: 'ignore' });
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
    if (chromiumPath() !== null) return true;
  }
  const message = 'There is no Chromium: tests of the console in a browser cannot run. Install it (apt-get install chromium).';
  if (isRequired) throw new Error(message);
  process.stderr.write(`\n${message} They are SKIPPED.\n\n`);
  return false;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleSite } from '../src/index.ts';
import { digestOf } from './digest.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const inputs = [
  '../src',
  '../build',
  '../index.html',
  '../package.json',
  '../../../foundation/client/src',
  '../../../package-lock.json',
].map(at);

/** Builds the console unless what stands in its folder was made from the same sources. `notice` hears a sentence before it takes a while. */
export async function buildConsole(notice: (sentence: string) => void): Promise<void> {
  const made = join(consoleSite.folder, 'made-from');
  const digest = await digestOf(inputs);
  if ((await readFile(made, 'utf8').catch(() => '')) === digest) return;
  notice('Building the console; this takes a few seconds, and is done again only when its sources change.');
  // Whoever starts the build may be a test: what is built is for people all the same.
  process.env.NODE_ENV = 'production';
  const [{ build }, { viteConfig }, { compress }] = await Promise.all([
    import('vite'),
    import('./vite-config.ts'),
    import('./compress.ts'),
  ]);
  await build(viteConfig);
  await compress(join(consoleSite.folder, 'assets'));
  // Last, so that a build that was cut off is done again.
  await writeFile(made, digest);
}

import { readFile, rm } from 'node:fs/promises';
import { type Home, writePrivate } from './home.ts';

/** Says to the commands of this home where the Platform API is served: by the process that began to serve it last. */
export async function writeRunning(home: Home, url: string): Promise<void> {
  await writePrivate(home.running, `${JSON.stringify({ url, pid: process.pid })}\n`);
}

/** Takes that back, unless another process has taken over meanwhile. */
export async function removeRunning(home: Home): Promise<void> {
  const text = await readFile(home.running, 'utf8').catch(() => '');
  if (text.includes(`"pid":${process.pid}}`)) await rm(home.running, { force: true });
}

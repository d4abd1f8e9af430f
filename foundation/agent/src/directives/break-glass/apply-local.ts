import { hash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBreakGlassOrder } from './break-glass-order.ts';

/**
 * Lays an order into the node's folder, where the running role finds it within a second and the next start finds it otherwise. Whether it counts is the
 * node's to say, by the keys that it trusts. Resolves to the node that it is for. @throws AGENT_BREAK_GLASS_INVALID for a file that holds none
 */
export async function applyLocal(file: string, folder: string): Promise<{ readonly target: string; readonly digest: string }> {
  const text = await readFile(file, 'utf8');
  const { directive, target } = readBreakGlassOrder(text);
  const digest = hash('sha256', directive.payload, 'hex');
  const place = join(folder, target);
  await mkdir(place, { recursive: true, mode: 0o700 });
  const whole = join(place, `${digest}.json`);
  await writeFile(`${whole}.part`, text, { mode: 0o600, flush: true });
  await rename(`${whole}.part`, whole);
  return { target, digest };
}

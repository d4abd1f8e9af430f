import { join } from 'node:path';
import { createTelemetry } from '@etis/agent';
import { systemClock } from '@etis/kernel';
import type { Node } from './node.ts';

/** Reports how loaded this process is and by whom, under the name of its listener's part. What the platform does not take waits on the disk. */
export async function reportLoad({
  parts,
  meter,
  roles,
  home,
  log,
  run,
}: Pick<Node, 'parts' | 'meter' | 'roles' | 'home' | 'log' | 'run'>): Promise<void> {
  const { identity, subscriber } = parts.of('edge');
  if (identity === null || subscriber === null) return;
  const folder = join(home.link, identity.id, 'reports');
  const telemetry = createTelemetry({ subscriber: identity.id, roles, sink: subscriber.telemetry, folder, clock: systemClock, log });
  await run(telemetry);
  meter.reportTo(telemetry.meter);
}

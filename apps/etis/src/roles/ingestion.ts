import { createIngestion } from '@etis/ingestion';
import { systemClock } from '@etis/kernel';
import { spineDomain } from '@etis/spine';
import type { Role } from './role.ts';

/** Accepts deliveries at `/hooks` into the inbox. */
export const ingestion: Role = {
  domains: [spineDomain],
  spine: ['inbox'],
  parts: () => [{ kind: 'ingestion', scope: null }],
  async start({ spine, parts, meter, vault, log, run, mount }) {
    const { governance, directives } = parts.of('ingestion');
    const accepting = createIngestion({
      inbox: spine.inbox,
      governance,
      secrets: vault,
      directives,
      meter,
      log,
      clock: systemClock,
    });
    await run(accepting.service);
    mount(accepting.routes);
  },
};

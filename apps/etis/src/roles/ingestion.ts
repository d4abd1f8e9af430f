import { createIngestion } from '@etis/ingestion';
import { systemClock } from '@etis/kernel';
import { spineDomain } from '@etis/spine';
import type { Role } from './role.ts';

/** Accepts deliveries at `/hooks` into the inbox. */
export const ingestion: Role = {
  domains: [spineDomain],
  spine: ['inbox'],
  async start({ spine, store, directives, vault, log, run, mount }) {
    const accepting = createIngestion({
      inbox: spine.inbox,
      governance: store.governance,
      secrets: vault,
      directives,
      log,
      clock: systemClock,
    });
    await run(accepting.service);
    mount(accepting.routes);
  },
};

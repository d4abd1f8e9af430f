import { createLoop, type Service, supervise } from '@etis/kernel';
import { createShipping } from './checkpoint-shipping.ts';
import { createForgetting } from './forgetting.ts';
import { removeCut } from './retention.ts';
import { createSealing, type SealingOptions } from './sealing.ts';

const hourMs = 3_600_000;
const everyMs = 60_000;

export interface SealerOptions extends Omit<SealingOptions, 'leaseMs'> {
  /** Where checkpoints are kept outside the database; a file of this process alone. */
  readonly file: string;
  /** How often it looks for something new, in milliseconds; 500 by default. */
  readonly idleMs?: number;
  /** 10,000 by default. */
  readonly leaseMs?: number;
  /** How long a domain's own row keeps what it says of persons once it is sealed, in milliseconds; an hour by default. */
  readonly forgetAfterMs?: number;
}

/**
 * Seals audited actions into chains, one per tenant and one for the platform, and signs a checkpoint in every round that sealed something. Any number
 * of processes may run it: one seals, all keep the checkpoints in their file. What is written and not sealed yet is reported by `verify`; it is more
 * than a moment's only while a source is away or a transaction on its server stays open. What was sealed of persons is taken out of the rows a while later.
 */
export function createSealer(options: SealerOptions): Service {
  const { sources, db, clock, log, idleMs = 500, leaseMs = 10_000, forgetAfterMs = hourMs } = options;
  const sealing = createSealing({ ...options, leaseMs });
  const ship = createShipping({ db, path: options.file, log });
  const forgetting = createForgetting({ sources, db, afterMs: forgetAfterMs, clock });
  const loop = createLoop({
    name: 'audit sealer',
    log,
    idleMs,
    async round() {
      const more = await sealing.round();
      await ship();
      return more;
    },
  });

  const relieving = createLoop({
    name: 'audit rows that are relieved or given up',
    log,
    idleMs: Math.min(everyMs, Math.max(idleMs, forgetAfterMs)),
    async round() {
      const more = await forgetting.round();
      return (await removeCut({ db, sources })) || more;
    },
  });
  const services = supervise('audit sealer', [loop, relieving], log);

  return {
    name: services.name,
    start: () => services.start(),
    async stop() {
      await services.stop();
      // The lease ends by itself too.
      await sealing.end().catch((error: unknown) => log.debug({ err: error }, 'the lease of the audit sealer was left to run out'));
    },
  };
}

import { createLoop, type Service } from '@etis/kernel';
import { createShipping } from './checkpoint-shipping.ts';
import { createSealing, type SealingOptions } from './sealing.ts';

export interface SealerOptions extends Omit<SealingOptions, 'leaseMs'> {
  /** Where checkpoints are kept outside the database; a file of this process alone. */
  readonly file: string;
  /** How often it looks for something new, in milliseconds; 500 by default. */
  readonly idleMs?: number;
  /** 10,000 by default. */
  readonly leaseMs?: number;
}

/**
 * Seals audited actions into chains, one per tenant and one for the platform, and signs a checkpoint in every round that sealed something. Any number
 * of processes may run it: one seals, all keep the checkpoints in their file. What is written and not sealed yet is reported by `verify`; it is more
 * than a moment's only while a source is away or a transaction on its server stays open.
 */
export function createSealer(options: SealerOptions): Service {
  const { log, idleMs = 500, leaseMs = 10_000 } = options;
  const sealing = createSealing({ ...options, leaseMs });
  const ship = createShipping({ db: options.db, path: options.file, log });
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

  return {
    name: loop.name,
    start: () => loop.start(),
    async stop() {
      await loop.stop();
      // The lease ends by itself too.
      await sealing.end().catch((error: unknown) => log.debug({ err: error }, 'the lease of the audit sealer was left to run out'));
    },
  };
}

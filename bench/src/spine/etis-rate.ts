import { opened } from './contender.ts';
import { type EtisOptions, etisPublishing, openEtis } from './etis.ts';
import { type Run, run } from './run.ts';
import type { Stand } from './stand.ts';

/** Measures the spine alone in a new store, after a warm-up, with `count` messages that are each handled by every cluster. */
export async function etisRate(stand: Stand, options: EtisOptions & { count: number }): Promise<Run> {
  const { lanes, count } = options;
  const copies = options.clusters?.length ?? 1;
  return opened(
    () => openEtis(stand, options),
    async (contender) => {
      await run(stand, contender, { count: Math.max(lanes, Math.ceil(count / 10)), lanes, copies, publishing: etisPublishing });
      return run(stand, contender, { count, lanes, copies, publishing: etisPublishing });
    },
  );
}

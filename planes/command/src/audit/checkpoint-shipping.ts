import type { Log } from '@etis/contracts/log';
import type { SystemDb } from '@etis/postgres';
import { type CheckpointRow, keptCheckpoint } from './chain-store.ts';
import type { KeptCheckpoint } from './checkpoint.ts';
import { checkpointFile } from './checkpoint-file.ts';

const atATime = 200;

/** Copies checkpoints out of the database, each once and in order; resolves when none is left. Every process that seals has a file of its own. */
export function createShipping({ db, path, log }: { db: SystemDb; path: string; log: Log }): () => Promise<void> {
  const file = checkpointFile(path);
  let shipped: number | undefined;

  async function after(number: number, limit: number): Promise<readonly KeptCheckpoint[]> {
    const rows = await db.statement<CheckpointRow>('select * from checkpoint where number > $1 order by number limit $2', [number, limit]);
    return rows.map(keptCheckpoint);
  }

  /** After the last one that is in the file. Where the database tells another story than the file, both stay as they are and it goes on. */
  async function whereItEnded(): Promise<number> {
    const last = await file.last();
    if (last === null) return 0;
    const [same] = await after(last.number - 1, 1);
    if (same?.number === last.number && same.payload === last.payload) return last.number;
    const [newest] = await db.statement<{ number: string }>('select coalesce(max(number), 0) as number from checkpoint');
    log.error({ file: path, number: last.number }, 'the database no longer has the checkpoint that was shipped; verify the audit record');
    return Math.min(last.number, Number(newest?.number ?? 0));
  }

  return async () => {
    shipped ??= await whereItEnded();
    for (;;) {
      const checkpoints = await after(shipped, atATime);
      if (checkpoints.length === 0) return;
      try {
        await file.append(checkpoints);
      } catch (error) {
        // How much of it was written shows when the file is looked at again.
        shipped = undefined;
        throw error;
      }
      shipped = checkpoints.at(-1)?.number ?? shipped;
    }
  };
}

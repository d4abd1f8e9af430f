import { setTimeout as delay } from 'node:timers/promises';
import { agentErrors, type SecretVault } from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import { createLoop, EtisError, type Service } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { snapshotChannel } from '../domain.ts';
import { errors } from '../errors.ts';
import { decodeSnapshot, type Snapshot, type SnapshotText } from '../snapshot/snapshot.ts';
import { readSnapshotFile, writeSnapshotFile } from '../snapshot/snapshot-file.ts';

/** Keeps the view of this process up to date with what the platform publishes. */
export interface SnapshotFollower extends Service {
  /** The version in force here; 0 as long as there is none. */
  version(): number;
}

export interface SnapshotFollowerOptions {
  readonly db: Pick<SystemDb, 'statement' | 'listen'>;
  /** Where the last good snapshot is kept, so that a start needs neither the database nor the platform. */
  readonly file: string;
  readonly vault: Pick<SecretVault, 'addDataKey'>;
  /** Puts a view in force; called with rising versions only, after its data keys are in use. */
  readonly publish: (view: GovernanceView) => void;
  readonly log: Log;
  /** How soon a change is seen whose notice was lost, in milliseconds; default 1,000. */
  readonly pollMs?: number;
}

/** How long a start waits for the newest version before it goes on with its copy, or with nothing. */
const startWithinMs = 2_000;

/**
 * `start` resolves with the newest snapshot in force, or after 2 s with the kept copy, or with nothing: then the process is not ready until one
 * arrives. A snapshot that does not fit is refused whole and the last good one stays.
 * `start` throws AGENT_MASTER_KEY_WRONG where this process has another master key than the platform, and COMMAND_SNAPSHOT_EXPOSED.
 */
export function createSnapshotFollower(options: SnapshotFollowerOptions): SnapshotFollower {
  const { db, file, vault, publish, log } = options;
  let inForce = 0;
  /** A version that was refused is not asked for again before there is news. */
  let refused = 0;
  let unsaved: SnapshotText | undefined;
  let listening: Promise<() => Promise<void>> | undefined;

  function apply({ view, dataKeys }: Snapshot): void {
    // Keys first: whoever sees the view can open what is in it.
    for (const key of dataKeys) vault.addDataKey(key);
    if (view.version <= inForce) return;
    publish(view);
    inForce = view.version;
  }

  async function takeCopy(): Promise<void> {
    try {
      const kept = await readSnapshotFile(file);
      if (kept !== null) apply(decodeSnapshot(kept));
    } catch (error) {
      if (isFatal(error)) throw error;
      log.warn({ err: error, file }, 'the kept copy of the governance snapshot cannot be used');
    }
  }

  async function takeNewest(): Promise<void> {
    const [row] = await db.statement<{ version: string; body: string; data_keys: string }>(
      'select version, body, data_keys from latest_snapshot($1)',
      [Math.max(inForce, refused)],
    );
    if (row === undefined) return;
    const found = { body: row.body, dataKeys: row.data_keys };
    try {
      const snapshot = decodeSnapshot(found);
      if (snapshot.view.version !== Number(row.version))
        throw errors.SNAPSHOT_MALFORMED('body/version', 'is not the version it was stored as');
      apply(snapshot);
    } catch (error) {
      refused = Number(row.version);
      throw error;
    }
    unsaved = found;
    log.info({ version: inForce }, 'a governance snapshot is in force');
  }

  async function saveCopy(): Promise<void> {
    if (unsaved === undefined) return;
    const saving = unsaved;
    await writeSnapshotFile(file, saving);
    if (unsaved === saving) unsaved = undefined;
  }

  async function round(): Promise<boolean> {
    await takeNewest();
    await saveCopy();
    return false;
  }

  const loop = createLoop({ name: 'snapshot follower', log, idleMs: options.pollMs ?? 1_000, round });

  function onNews(): void {
    refused = 0;
    loop.wake();
  }

  return {
    name: loop.name,
    version: () => inForce,
    async start() {
      await takeCopy();
      const first = round().catch((error: unknown) => {
        if (isFatal(error)) throw error;
        log.warn({ err: error, version: inForce }, 'the newest governance snapshot is not to be had; going on with the kept copy');
      });
      await Promise.race([first, delay(startWithinMs, undefined, { ref: false })]);
      await loop.start();
      listening = db.listen(snapshotChannel, onNews);
    },
    async stop() {
      await loop.stop();
      const stopListening = await listening;
      listening = undefined;
      await stopListening?.();
    },
  };
}

/** What no later snapshot mends. */
function isFatal(error: unknown): boolean {
  return error instanceof EtisError && [agentErrors.MASTER_KEY_WRONG.code, errors.SNAPSHOT_EXPOSED.code].includes(error.code);
}

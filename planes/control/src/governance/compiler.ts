import type { Context } from '@etis/contracts/context';
import type { GovernanceView } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import type { GovernanceFeed } from '@etis/contracts/snapshot';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import type { DomainDb, PlatformTx } from '@etis/postgres';
import { type Compiled, compile } from './compile.ts';
import { createGovernedState } from './governed-state.ts';

/** Keeps the published view up to date with the database. */
export interface Compiler extends Service {
  /**
   * Publishes what is committed now; afterwards the view in force has everything that was committed before the call.
   * Where that fails the error is logged and the poll tries again, because the change itself is done and its caller must hear so.
   */
  refresh(): Promise<void>;
  /** The version that was published last; 0 before the start. */
  version(): number;
}

export interface CompilerOptions {
  readonly db: DomainDb;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: (view: GovernanceView) => void | Promise<void>;
  /** Is told what changed, before the view that has it is published. */
  readonly feed?: GovernanceFeed;
  /** Whom the compiler acts as. */
  readonly context: () => Context;
  /** Puts the keys into use that seal the secrets of the view. */
  readonly loadKeys: (tx: PlatformTx) => Promise<unknown>;
  /** Removes secrets that have expired, which is a change of the governed state like any other. */
  readonly removeExpired: (context: Context) => Promise<void>;
  /** How soon changes of other processes are seen, in milliseconds. */
  readonly pollMs: number;
}

/** `start` resolves when the first view is published. */
export function createCompiler(options: CompilerOptions): Compiler {
  const { db, clock, log, publish, feed, context, loadKeys, removeExpired, pollMs } = options;
  const state = createGovernedState();
  let published = 0;
  /** What the state and the feed have; null while they are to be given everything. */
  let known: number | null = null;
  let nextExpiry: number | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  // One after the other, so that an older state never overtakes a newer one.
  function inTurn(): Promise<void> {
    const next = turn.catch(() => {}).then(compileAndPublish);
    turn = next;
    return next;
  }

  async function read(): Promise<Compiled> {
    return await db.platform(context(), 'compile the governed state', async (tx) => {
      const compiled = await compile(tx, known);
      // After the state, so that every secret in it has its key in use before anyone sees the view.
      if (compiled.change.sections['data-keys'] !== undefined) await loadKeys(tx);
      return compiled;
    });
  }

  async function compileAndPublish(): Promise<void> {
    let compiled = await read();
    if (isExpired(compiled)) {
      await removeExpired(context());
      compiled = await read();
    }
    nextExpiry = compiled.nextExpiry;
    const { change } = compiled;
    if (change.version <= published && known !== null) return;
    known = null;
    const view = state.apply(change);
    feed?.publish(change);
    if (change.version > published) await publish(view);
    known = change.version;
    published = Math.max(published, change.version);
    log.info({ version: published }, 'a governance view was published');
  }

  function isExpired(compiled: Compiled): boolean {
    return compiled.nextExpiry !== null && compiled.nextExpiry <= clock.now();
  }

  async function round(): Promise<boolean> {
    if (nextExpiry !== null && nextExpiry <= clock.now()) await removeExpired(context());
    const [row] = await db.statement<{ version: string }>('select governance_version() as version');
    if (Number(row?.version) > published) await inTurn();
    return false;
  }

  const loop = createLoop({ name: 'governance compiler', log, idleMs: pollMs, round });

  return {
    name: loop.name,
    async start() {
      await inTurn();
      await loop.start();
    },
    stop: () => loop.stop(),
    async refresh() {
      try {
        await inTurn();
      } catch (error) {
        log.warn({ err: error }, 'the governance view was not refreshed after a change; the next poll does');
        loop.wake();
      }
    },
    version: () => published,
  };
}

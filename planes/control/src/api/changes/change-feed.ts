import type { GovernanceView } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import { createLoop, type Service } from '@etis/kernel';
import { errors } from '../../errors.ts';
import type { RecordWatch } from './record-watch.ts';
import { type Change, viewChanges } from './view-changes.ts';

/** Changes that became visible together. `version` is the governed state's, null for those of the record. */
export interface ChangeBatch {
  readonly version: number | null;
  readonly changes: readonly Change[];
}

interface Subscriber {
  deliver(batch: ChangeBatch): void;
  heartbeat(): void;
  /** The feed ends: nothing more comes. */
  end(): void;
}

/**
 * Tells subscribers what changed: the governed state as it is published, the record once a second while anybody listens. One look serves all.
 * `stop` ends every subscription.
 */
export interface ChangeFeed extends Service {
  /** Takes note of the view that is now in force. */
  published(view: GovernanceView): void;
  /** Takes note of something that changed beside the governed state and the record; many at once are told as one. */
  note(resource: string, id: string | null): void;
  /**
   * From now on, or from the governed version `after` on, with what was missed delivered first: every change of the versions since, or, where
   * that is no longer known, one change of the resource `*`. Resolves to the way to stop. @throws CONTROL_CHANGES_FULL
   */
  subscribe(subscriber: Subscriber, after: number | null): () => void;
  /** The version of the view that was published last; 0 before the first. */
  version(): number;
  /** Ends every subscription, for a listener that closes and would wait for its streams; another listener may bring new ones. */
  end(): void;
}

export interface ChangeFeedOptions {
  readonly watch: RecordWatch;
  readonly log: Log;
  /** 100 by default. */
  readonly maxSubscribers?: number;
  /** How many governed versions can be caught up with; 500 by default. */
  readonly keptVersions?: number;
  /** 1,000 by default. */
  readonly pollMs?: number;
  /** 15,000 by default. */
  readonly heartbeatMs?: number;
}

const gatherMs = 100;
const everything: readonly Change[] = [{ resource: '*', id: null }];

export function createChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const { watch, log, maxSubscribers = 100, keptVersions = 500, pollMs = 1_000, heartbeatMs = 15_000 } = options;
  const subscribers = new Set<Subscriber>();
  let current: GovernanceView | null = null;
  let history: readonly (ChangeBatch & { readonly since: number })[] = [];
  let stopped = true;
  let heartbeats: NodeJS.Timeout | undefined;
  const noted = new Map<string, Change>();
  let telling: NodeJS.Timeout | undefined;

  const loop = createLoop({
    name: 'change feed',
    log,
    idleMs: pollMs,
    async round() {
      if (subscribers.size === 0) return false;
      const changes = await watch.look();
      if (changes.length > 0) tell({ version: null, changes });
      return false;
    },
  });

  function tell(batch: ChangeBatch): void {
    for (const subscriber of subscribers) subscriber.deliver(batch);
  }

  function missed(after: number): readonly ChangeBatch[] {
    const version = current?.version ?? 0;
    if (after === version) return [];
    const known = history.filter((batch) => batch.since >= after);
    // A version ahead of ours was seen at another process, or comes from a state that was since restored.
    if (after > version || known[0]?.since !== after) return [{ version, changes: everything }];
    return known;
  }

  function end(): void {
    for (const subscriber of [...subscribers]) subscriber.end();
    subscribers.clear();
  }

  return {
    name: loop.name,
    async start() {
      stopped = false;
      heartbeats = setInterval(() => {
        for (const subscriber of subscribers) subscriber.heartbeat();
      }, heartbeatMs);
      heartbeats.unref();
      await loop.start();
    },
    async stop() {
      stopped = true;
      end();
      clearInterval(heartbeats);
      clearTimeout(telling);
      telling = undefined;
      await loop.stop();
    },
    published(view) {
      const before = current;
      current = view;
      if (before === null) return;
      const found = viewChanges(before, view);
      // What no resource shows, such as the age of a secret that expired, still is a new version.
      const batch = { since: before.version, version: view.version, changes: found.length === 0 ? everything : found };
      history = [...history, batch].slice(-keptVersions);
      tell(batch);
    },
    note(resource, id) {
      if (subscribers.size === 0) return;
      noted.set(`${resource} ${id}`, { resource, id });
      telling ??= setTimeout(() => {
        telling = undefined;
        const changes = [...noted.values()];
        noted.clear();
        tell({ version: null, changes });
      }, gatherMs);
      telling.unref();
    },
    subscribe(subscriber, after) {
      if (stopped || subscribers.size >= maxSubscribers) throw errors.CHANGES_FULL(maxSubscribers);
      if (subscribers.size === 0) {
        watch.forget();
        loop.wake();
      }
      if (after !== null) for (const batch of missed(after)) subscriber.deliver(batch);
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
    version: () => current?.version ?? 0,
    end,
  };
}

import type { Change, Client } from '@etis/client';

type LiveState = 'connecting' | 'live' | 'away';

/** Follows the platform's changes and says which resources to look at again. */
export interface Live {
  state(): LiveState;
  subscribe(listener: () => void): () => void;
  start(): void;
  stop(): void;
}

/**
 * However many changes come, `look` is called at most once in `everyMs`, with the names of all resources that changed since (`*`: all of them), and
 * never within the same turn as the change, so that drawing goes first.
 */
export function createLive(options: {
  etis: Pick<Client, 'changes'>;
  look: (resources: ReadonlySet<string>) => void;
  /** Told of an error after which nothing more will come. */
  lost: (error: unknown) => void;
  /** 500 by default. */
  everyMs?: number;
}): Live {
  const { etis, look, lost, everyMs = 500 } = options;
  const listeners = new Set<() => void>();
  const changed = new Set<string>();
  let state: LiveState = 'connecting';
  let leaving: AbortController | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function become(next: LiveState): void {
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  }

  function take({ resource }: Change): void {
    changed.add(resource);
    waiting ??= setTimeout(() => {
      waiting = undefined;
      const names = new Set(changed);
      changed.clear();
      look(names);
    }, everyMs);
  }

  async function follow(signal: AbortSignal): Promise<void> {
    try {
      for await (const change of etis.changes({ signal, onState: (open) => become(open ? 'live' : 'away') })) take(change);
    } catch (error) {
      become('away');
      lost(error);
    }
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      leaving?.abort();
      leaving = new AbortController();
      void follow(leaving.signal);
    },
    stop() {
      leaving?.abort();
      clearTimeout(waiting);
      waiting = undefined;
      changed.clear();
    },
  };
}

/** Who is at work in this tab. The door for other ways of signing in: whatever brings a credential calls `begin`. */
export interface Session {
  /** The credential; null before `begin` and after `end`. */
  credential(): string | null;
  begin(credential: string): void;
  end(): void;
  /** Tells when somebody came or went. Returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

const kept = 'etis.credential';
const inFragment = /^#credential=([\w-]{8,200})$/;

/**
 * Keeps the credential for this tab only, until it is closed. One that came in the address's fragment, which no browser sends to a server, is taken
 * out of the address and the history at once.
 */
export function createSession(options: {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  history: Pick<History, 'replaceState' | 'state'>;
}): Session {
  const { storage, location, history } = options;
  const listeners = new Set<() => void>();
  const brought = inFragment.exec(location.hash)?.[1];
  if (location.hash.startsWith('#credential=')) history.replaceState(history.state, '', location.pathname + location.search);
  let current = brought ?? storage.getItem(kept);
  if (brought !== undefined) storage.setItem(kept, brought);

  function set(credential: string | null): void {
    current = credential;
    if (credential === null) storage.removeItem(kept);
    else storage.setItem(kept, credential);
    for (const listener of listeners) listener();
  }

  return {
    credential: () => current,
    begin: (credential) => set(credential),
    end: () => set(null),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

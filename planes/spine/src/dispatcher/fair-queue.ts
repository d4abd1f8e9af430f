/** What to do with the item that is next: give it out, leave it for later, or forget that it waits. */
export type Answer = 'take' | 'skip' | 'drop';

/**
 * Gives out items so that each key gets its share by weight, however many items a key has: surplus round robin, the form of deficit round robin
 * for costs that are known only afterwards. A key may overdraw its credit by one item, and waits in later rounds until that is paid.
 * Work-conserving: while any item is acceptable, one is given out.
 */
export interface FairQueue<Item> {
  /** Whether the item waits already. */
  has(item: Item): boolean;
  /** Makes the item wait behind its key's others; does nothing where it waits already. */
  add(item: Item): void;
  /**
   * The item whose turn it is, of those that `accept` takes. It is out of the queue, its key is charged what it is expected to cost, in the unit
   * of the quantum, and stays in the books until it was paid.
   */
  take(accept: (item: Item) => Answer, expected: number): Item | undefined;
  /** What the item that was given out has cost instead. */
  paid(item: Item, cost: { readonly expected: number; readonly real: number }): void;
  delete(item: Item): void;
  readonly size: number;
}

interface Account<Item> {
  readonly waiting: Set<Item>;
  credit: number;
  /** Items that were given out and not paid yet. */
  out: number;
}

/** `quantum` is what a key of weight 1 may cost in one round. Weights are above 0. */
export function createFairQueue<Item>(options: {
  keyOf: (item: Item) => string;
  weightOf: (item: Item) => number;
  quantum: number;
}): FairQueue<Item> {
  const { keyOf, weightOf, quantum } = options;
  /** In the order of their turns. */
  const accounts = new Map<string, Account<Item>>();
  let size = 0;

  function accountOf(item: Item): Account<Item> {
    const key = keyOf(item);
    const known = accounts.get(key);
    if (known !== undefined) return known;
    const opened = { waiting: new Set<Item>(), credit: quantum * weightOf(item), out: 0 };
    accounts.set(key, opened);
    return opened;
  }

  /** Enough rounds go by, for everybody, until the one whose turn it is has credit. What is not used in a round is not saved for later ones. */
  function passRounds(rounds: number): void {
    for (const account of accounts.values()) {
      const [any] = account.waiting;
      if (any === undefined) continue;
      const share = quantum * weightOf(any);
      account.credit = Math.min(account.credit + rounds * share, share);
    }
  }

  /** A key with nothing waiting and nothing out has no claim to what it did not use, nor a debt. */
  function closeIdle(key: string, account: Account<Item>): void {
    if (account.waiting.size === 0 && account.out === 0) accounts.delete(key);
  }

  /** The first item of a key that is acceptable. */
  function firstOf(account: Account<Item>, accept: (item: Item) => Answer): Item | undefined {
    for (const item of account.waiting) {
      const answer = accept(item);
      if (answer === 'take') return item;
      if (answer === 'drop') {
        account.waiting.delete(item);
        size -= 1;
      }
    }
    return undefined;
  }

  return {
    get size() {
      return size;
    },
    has: (item) => accounts.get(keyOf(item))?.waiting.has(item) ?? false,
    add(item) {
      const { waiting } = accountOf(item);
      if (waiting.has(item)) return;
      waiting.add(item);
      size += 1;
    },
    take(accept, expected) {
      let best: { key: string; account: Account<Item>; item: Item; rounds: number } | undefined;
      for (const [key, account] of accounts) {
        if (account.waiting.size === 0) continue;
        const item = firstOf(account, accept);
        closeIdle(key, account);
        if (item === undefined) continue;
        const rounds = account.credit > 0 ? 0 : Math.floor(-account.credit / (quantum * weightOf(item))) + 1;
        if (best === undefined || rounds < best.rounds) best = { key, account, item, rounds };
        if (rounds === 0) break;
      }
      if (best === undefined) return undefined;
      const { key, account, item, rounds } = best;
      if (rounds > 0) passRounds(rounds);
      account.waiting.delete(item);
      size -= 1;
      account.out += 1;
      account.credit -= expected;
      // Behind the others of this round once its credit is spent.
      accounts.delete(key);
      accounts.set(key, account);
      return item;
    },
    paid(item, { expected, real }) {
      const key = keyOf(item);
      const account = accounts.get(key);
      if (account === undefined) return;
      account.credit += expected - real;
      account.out -= 1;
      closeIdle(key, account);
    },
    delete(item) {
      const key = keyOf(item);
      const account = accounts.get(key);
      if (account === undefined || !account.waiting.delete(item)) return;
      size -= 1;
      closeIdle(key, account);
    },
  };
}

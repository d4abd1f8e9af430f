import { createTurnOrder, type TurnOrder } from './turn-order.ts';

/** What to do with the item that is next: give it out, or forget that it waits. */
export type Answer = 'take' | 'drop';

/**
 * Gives out items so that each key gets its share by weight, however many items a key has: start-time fair queueing, with costs that are known only
 * afterwards. Items are in groups, and a group may be closed for a while: what is open is given out, and to find it costs the same however many items
 * wait behind closed groups. Work-conserving: while any item of an open group is acceptable, one is given out.
 */
export interface FairQueue<Item> {
  /** Whether the item waits already. */
  has(item: Item): boolean;
  /** Makes the item wait behind its key's others of the same group; does nothing where it waits already. */
  add(item: Item): void;
  /**
   * The item whose turn it is, of those in open groups that `accept` takes. It is out of the queue, its key is charged what it is expected to cost,
   * in the unit of the quantum, and stays in the books until it was paid.
   */
  take(accept: (item: Item) => Answer, expected: number): Item | undefined;
  /** What the item that was given out has cost instead. */
  paid(item: Item, cost: { readonly expected: number; readonly real: number }): void;
  delete(item: Item): void;
  readonly size: number;
}

interface Account<Item> {
  readonly key: string;
  /** By group. A group in which nothing waits is not there. */
  readonly waiting: Map<string, Set<Item>>;
  /** The virtual time at which its next turn begins: the lower, the sooner. */
  start: number;
  /** Puts accounts of the same start in turns. */
  turn: number;
  /** Items that were given out and not paid yet. */
  out: number;
}

/**
 * `quantum` is what a key of weight 1 that could not use its turns may catch up at once. Weights are above 0. What an item's group is may change while
 * it waits: it is asked again before it is given out.
 */
export function createFairQueue<Item>(options: {
  keyOf: (item: Item) => string;
  groupOf: (item: Item) => string;
  isOpen: (group: string) => boolean;
  weightOf: (item: Item) => number;
  quantum: number;
}): FairQueue<Item> {
  const { keyOf, groupOf, isOpen, weightOf, quantum } = options;
  const accounts = new Map<string, Account<Item>>();
  const groups = new Map<string, TurnOrder<Account<Item>>>();
  /** Keys that were idle when they still owed something. */
  const indebted = createTurnOrder<Account<Item>>(isBefore);
  /** The group in which each waiting item waits, and since when in the order of all. */
  const places = new Map<Item, { readonly group: string; readonly since: number }>();
  /** The start of the turn that was given out last. */
  let virtual = 0;
  let turns = 0;
  let added = 0;

  function isBefore(one: Account<Item>, other: Account<Item>): boolean {
    return one.start === other.start ? one.turn < other.turn : one.start < other.start;
  }

  function orderOf(group: string): TurnOrder<Account<Item>> {
    const known = groups.get(group) ?? createTurnOrder(isBefore);
    groups.set(group, known);
    return known;
  }

  function accountOf(item: Item): Account<Item> {
    const key = keyOf(item);
    const known = accounts.get(key);
    if (known !== undefined) return known;
    turns += 1;
    const opened = { key, waiting: new Map<string, Set<Item>>(), start: virtual, turn: turns, out: 0 };
    accounts.set(key, opened);
    return opened;
  }

  function isIdle({ waiting, out }: Account<Item>): boolean {
    return waiting.size === 0 && out === 0;
  }

  /** A key with nothing waiting and nothing out has no claim to what it did not use. What it has had too much is remembered until the others have had it too. */
  function closeIdle(account: Account<Item>): void {
    if (!isIdle(account)) return;
    if (account.start > virtual) indebted.place(account);
    else accounts.delete(account.key);
  }

  function advance(start: number): void {
    virtual = Math.max(virtual, start);
    for (let account = indebted.first(); account !== undefined && account.start <= virtual; account = indebted.first()) {
      indebted.remove(account);
      if (isIdle(account)) accounts.delete(account.key);
    }
  }

  function charge(account: Account<Item>, virtualCost: number): void {
    indebted.remove(account);
    account.start += virtualCost;
    for (const group of account.waiting.keys()) orderOf(group).place(account);
  }

  function put(item: Item): void {
    const account = accountOf(item);
    const group = groupOf(item);
    indebted.remove(account);
    // What it could not use while it had nothing to give out is not saved beyond one quantum.
    if (account.waiting.size === 0) account.start = Math.max(account.start, virtual - quantum / weightOf(item));
    const waiting = account.waiting.get(group) ?? new Set();
    waiting.add(item);
    added += 1;
    places.set(item, { group, since: added });
    account.waiting.set(group, waiting);
    orderOf(group).place(account);
  }

  function remove(item: Item): boolean {
    const group = places.get(item)?.group;
    const account = accounts.get(keyOf(item));
    const waiting = group === undefined ? undefined : account?.waiting.get(group);
    if (group === undefined || account === undefined || waiting === undefined) return false;
    places.delete(item);
    waiting.delete(item);
    if (waiting.size > 0) return true;
    account.waiting.delete(group);
    orderOf(group).remove(account);
    return true;
  }

  /** The item that is next in the open groups, acceptable or not. Of one key's it is the one that waits longest. */
  function next(): Item | undefined {
    let best: { account: Account<Item>; item: Item } | undefined;
    for (const [group, order] of groups) {
      const account = order.first();
      const [item] = account?.waiting.get(group) ?? [];
      if (account === undefined || item === undefined) groups.delete(group);
      else if (isOpen(group) && (best === undefined || isSooner({ account, item }, best))) best = { account, item };
    }
    return best?.item;
  }

  function isSooner(one: { account: Account<Item>; item: Item }, other: { account: Account<Item>; item: Item }): boolean {
    if (one.account !== other.account) return isBefore(one.account, other.account);
    return (places.get(one.item)?.since ?? 0) < (places.get(other.item)?.since ?? 0);
  }

  function drop(item: Item): void {
    const account = accounts.get(keyOf(item));
    if (remove(item) && account !== undefined) closeIdle(account);
  }

  return {
    get size() {
      return places.size;
    },
    has: (item) => places.has(item),
    add(item) {
      if (!places.has(item)) put(item);
    },
    take(accept, expected) {
      for (let item = next(); item !== undefined; item = next()) {
        const answer = accept(item);
        if (answer === 'drop') {
          drop(item);
        } else if (groupOf(item) === places.get(item)?.group) {
          const account = accountOf(item);
          remove(item);
          advance(account.start);
          turns += 1;
          account.turn = turns;
          account.out += 1;
          charge(account, expected / weightOf(item));
          return item;
        } else {
          remove(item);
          put(item);
        }
      }
      return undefined;
    },
    paid(item, { expected, real }) {
      const account = accounts.get(keyOf(item));
      if (account === undefined) return;
      account.out -= 1;
      charge(account, (real - expected) / weightOf(item));
      closeIdle(account);
    },
    delete: drop,
  };
}

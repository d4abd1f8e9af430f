import type { Directives, DirectiveTarget, Rate, RestrictingDirective } from '@etis/contracts/directives';
import type { Clock } from '@etis/kernel';

/** What `take` gave: of so many asked for, and how many milliseconds until there is more (0 where all was given). */
export interface Granted {
  readonly granted: number;
  readonly waitMs: number;
}

/** Spends what throttling directives leave. Each has an account of its own, and each that concerns a target must have something left. */
export interface Throttle {
  /** Takes up to `wanted` for a target; all of it where nothing throttles the target. */
  take(target: DirectiveTarget, wanted: number): Granted;
  /** How many could be taken, up to `wanted`; takes none. */
  peek(target: DirectiveTarget, wanted: number): Granted;
  /** Gives back what was taken and not used, in the same millisecond or later. */
  giveBack(target: DirectiveTarget, count: number): void;
}

const slots = 10;

/** Within any `perMs` milliseconds at most `count` are given: time is counted in tenths, and a tenth counts until all of it is past. */
interface Account {
  readonly rate: Rate;
  /** Number of the tenth, and what was taken in it; oldest first. */
  readonly spent: { readonly slot: number; count: number }[];
}

export function createThrottle(directives: Directives, clock: Clock): Throttle {
  let accounts = new Map<string, Account>();
  let throttles: ReadonlyMap<string, RestrictingDirective> | undefined;
  directives.subscribe(() => {
    throttles = undefined;
  });

  function readThrottles(): ReadonlyMap<string, RestrictingDirective> {
    const found = new Map(directives.inForce().flatMap((one) => (one.verb === 'throttle' ? [[one.id, one] as const] : [])));
    accounts = new Map([...accounts].filter(([id]) => found.has(id)));
    return found;
  }

  function accountsOf(target: DirectiveTarget): readonly Account[] {
    const verdict = directives.verdict(target);
    if (verdict === null) return [];
    throttles ??= readThrottles();
    const found: Account[] = [];
    for (const id of verdict.directives) {
      const rate = throttles.get(id)?.rate;
      if (rate === undefined) continue;
      const account = accounts.get(id) ?? { rate, spent: [] };
      accounts.set(id, account);
      found.push(account);
    }
    return found;
  }

  function look(target: DirectiveTarget, wanted: number, spending: boolean): Granted {
    const concerned = accountsOf(target);
    if (concerned.length === 0) return { granted: wanted, waitMs: 0 };
    const now = clock.now();
    const granted = Math.max(0, Math.min(wanted, ...concerned.map((account) => leftIn(account, now))));
    if (spending) for (const account of concerned) spend(account, now, granted);
    if (granted === wanted) return { granted, waitMs: 0 };
    return { granted, waitMs: Math.max(1, ...concerned.map((account) => waitOf(account, now))) };
  }

  return {
    take: (target, wanted) => look(target, wanted, true),
    peek: (target, wanted) => look(target, wanted, false),
    giveBack(target, count) {
      for (const account of accountsOf(target)) {
        let rest = count;
        for (const entry of account.spent.toReversed()) {
          const back = Math.min(rest, entry.count);
          entry.count -= back;
          rest -= back;
        }
      }
    },
  };
}

function slotMs({ rate }: Account): number {
  return Math.max(1, rate.perMs / slots);
}

function slotAt(account: Account, now: number): number {
  return Math.floor(now / slotMs(account));
}

function leftIn(account: Account, now: number): number {
  const { spent, rate } = account;
  const oldest = slotAt(account, now) - Math.ceil(rate.perMs / slotMs(account));
  while ((spent[0]?.slot ?? Number.POSITIVE_INFINITY) < oldest) spent.shift();
  return rate.count - spent.reduce((sum, { count }) => sum + count, 0);
}

function spend(account: Account, now: number, count: number): void {
  if (count === 0) return;
  const slot = slotAt(account, now);
  const last = account.spent.at(-1);
  // A clock that was set back books where it left off.
  if (last !== undefined && last.slot >= slot) last.count += count;
  else account.spent.push({ slot, count });
}

/** Until the oldest tenth in which something was taken is past; 0 where something is left. */
function waitOf(account: Account, now: number): number {
  if (leftIn(account, now) > 0) return 0;
  const first = account.spent.find(({ count }) => count > 0);
  if (first === undefined) return 0;
  const length = slotMs(account);
  return (first.slot + 1) * length + Math.ceil(account.rate.perMs / length) * length - now;
}

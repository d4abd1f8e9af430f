import type { Directive, Directives, RestrictingDirective, ResumeDirective } from '@etis/contracts/directives';
import type { Log } from '@etis/contracts/log';
import { type Clock, errorText } from '@etis/kernel';
import { type DirectiveOrder, firstOrder, isBreakGlass, isLater } from './directive-order.ts';
import { createRestrictionIndex, type Restriction } from './restriction-index.ts';

/** What a store holds, as JSON: for a copy on disk from which a role starts. */
export interface KeptDirectives {
  readonly restrictions: readonly { readonly directive: RestrictingDirective; readonly digest: string; readonly since: number }[];
  readonly ends: readonly (readonly [id: string, order: DirectiveOrder])[];
  readonly named: readonly string[];
  readonly settled: DirectiveOrder;
  /** Digests of break-glass directives that are over, with when they would have expired, in epoch milliseconds. */
  readonly over: readonly (readonly [digest: string, until: number])[];
}

/**
 * The directives in force in this process. What is in force follows from the directives and manifests that came and not from the order in which
 * they came: a resume ends what it names also where it comes first, and what a manifest settled stays over when it comes again.
 *
 * Expiry counts by the clock and is noticed when something is asked.
 */
export interface DirectivesStore extends Directives {
  /** Takes a directive whose signature was verified; `digest` is the SHA-256 of its payload. `known` where that changed nothing. */
  apply(directive: Directive, digest: string): 'applied' | 'known';
  /**
   * Takes what a manifest says: `digests` are in force, and everything else up to `through` is over, break-glass directives included. Without
   * `through` it is everything that came so far.
   */
  settle(digests: readonly string[], through?: DirectiveOrder): void;
  /** Of what is in force, as a manifest names it, sorted. */
  digests(): readonly string[];
  export(): KeptDirectives;
  /** Replaces what the store holds by what was exported. */
  restore(kept: KeptDirectives): void;
}

interface Kept extends Restriction {
  readonly digest: string;
}

/** Directives that are kept although they are not in force, because a manifest may still name them. */
const mostDormant = 2_000;

export function createDirectives(deps: { clock: Clock; log: Log }): DirectivesStore {
  const { clock, log } = deps;
  const subscribers = new Set<() => void>();
  let kept = new Map<string, Kept>();
  let ends = new Map<string, DirectiveOrder>();
  let named = new Set<string>();
  let settled = firstOrder;
  let over = new Map<string, number>();
  let current: readonly Kept[] = [];
  let index = createRestrictionIndex([]);
  let nextExpiry = Number.POSITIVE_INFINITY;

  function isInForce({ directive, digest }: Kept, now: number): boolean {
    if (directive.expiresAt !== undefined && Date.parse(directive.expiresAt) <= now) return false;
    const end = ends.get(directive.id);
    if (isBreakGlass(directive)) return end === undefined && !over.has(digest);
    if (end !== undefined && isLater(end, directive)) return false;
    return named.has(digest) || isLater(directive, settled);
  }

  /** Works out what is in force, and says so where that changed. */
  function recompute(): boolean {
    const now = clock.now();
    const before = current;
    current = [...kept.values()].filter((one) => isInForce(one, now)).sort(byOrder);
    nextExpiry = Math.min(
      ...current.flatMap(({ directive }) => (directive.expiresAt === undefined ? [] : [Date.parse(directive.expiresAt)])),
      Number.POSITIVE_INFINITY,
    );
    if (current.length === before.length && current.every(({ digest }, at) => digest === before[at]?.digest)) return false;
    index = createRestrictionIndex(current);
    for (const callback of [...subscribers]) {
      try {
        callback();
      } catch (error) {
        log.error({ err: error, reason: errorText(error) }, 'a part of this process failed to follow the directives');
      }
    }
    return true;
  }

  function expire(): void {
    if (clock.now() >= nextExpiry) recompute();
  }

  function applyResume(resume: ResumeDirective): 'applied' | 'known' {
    let fresh = false;
    for (const id of resume.ends) {
      const known = ends.get(id);
      if (known !== undefined && !isLater(resume, known)) continue;
      ends.set(id, { epoch: resume.epoch, sequence: resume.sequence });
      fresh = true;
    }
    if (fresh) recompute();
    return fresh ? 'applied' : 'known';
  }

  function forgetDormant(): void {
    if (kept.size - current.length <= mostDormant) return;
    const inForce = new Set(current);
    const dormant = [...kept.values()].filter((one) => !inForce.has(one));
    for (const one of dormant.slice(0, dormant.length - mostDormant)) kept.delete(one.digest);
  }

  return {
    verdict(target) {
      expire();
      return index.verdict(target);
    },
    inForce() {
      expire();
      return current.map(({ directive }) => directive);
    },
    digests() {
      expire();
      return current.map(({ digest }) => digest).sort();
    },
    subscribe(callback) {
      subscribers.add(callback);
      return () => void subscribers.delete(callback);
    },
    apply(directive, digest) {
      if (directive.verb === 'resume') return applyResume(directive);
      if (kept.has(digest)) return 'known';
      kept.set(digest, { directive, digest, since: clock.now() });
      const changed = recompute();
      if (!changed) forgetDormant();
      return changed ? 'applied' : 'known';
    },
    settle(digests, through) {
      const now = clock.now();
      const everything = [...kept.values()].map(({ directive }) => directive).reduce(later, settled);
      settled = later(settled, through ?? everything);
      named = new Set(digests);
      over = new Map([...over].filter(([, until]) => until > now));
      for (const { directive, digest } of [...kept.values()]) {
        if (isBreakGlass(directive)) {
          if (!named.has(digest)) over.set(digest, Date.parse(directive.expiresAt));
        } else if (isLater(directive, settled)) continue;
        if (!named.has(digest)) kept.delete(digest);
      }
      ends = new Map([...ends].filter(([, order]) => isLater(order, settled)));
      recompute();
    },
    export: () => ({
      restrictions: [...kept.values()],
      ends: [...ends],
      named: [...named],
      settled,
      over: [...over],
    }),
    restore(state) {
      kept = new Map(state.restrictions.map((one) => [one.digest, one]));
      ends = new Map(state.ends);
      named = new Set(state.named);
      settled = state.settled;
      over = new Map(state.over);
      recompute();
    },
  };
}

function later(one: DirectiveOrder, other: DirectiveOrder): DirectiveOrder {
  return isLater(other, one) ? { epoch: other.epoch, sequence: other.sequence } : { epoch: one.epoch, sequence: one.sequence };
}

function byOrder(one: Kept, other: Kept): number {
  if (isLater(one.directive, other.directive)) return 1;
  if (isLater(other.directive, one.directive)) return -1;
  return one.digest < other.digest ? -1 : 1;
}

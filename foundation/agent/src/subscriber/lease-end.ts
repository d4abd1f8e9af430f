import type { Directives, RestrictingVerb, Verdict } from '@etis/contracts/directives';
import type { Freshness, OnLeaseEnd } from '@etis/contracts/snapshot';
import type { Clock } from '@etis/kernel';

const verbs = { 'stop-new-work': 'pause', stop: 'kill' } as const satisfies Record<Exclude<OnLeaseEnd, 'continue'>, RestrictingVerb>;
const pollMs = 1_000;

/**
 * The directives of a part, and past the time of what governs it what `onLeaseEnd` says: `continue` restricts nothing more, `stop-new-work` counts as
 * a pause of everything and `stop` as a kill, until something fresh governs again. Who follows is told within a second.
 */
export function withLeaseEnd(
  directives: Directives,
  { onLeaseEnd, freshness, clock }: { onLeaseEnd: OnLeaseEnd; freshness: () => Freshness; clock: Clock },
): Directives {
  if (onLeaseEnd === 'continue') return directives;
  const verb = verbs[onLeaseEnd];
  let staleSince: number | null = null;

  function stale(): Verdict | null {
    if (freshness() !== 'STALE') staleSince = null;
    else staleSince ??= clock.now();
    if (staleSince === null) return null;
    return {
      verb,
      directives: [],
      reason: 'what governs is past its time, and the platform cannot be reached',
      rate: null,
      since: staleSince,
    };
  }

  return {
    inForce: () => directives.inForce(),
    verdict(target) {
      const own = directives.verdict(target);
      if (own?.verb === 'kill') return own;
      return stale() ?? own;
    },
    subscribe(callback) {
      const forget = directives.subscribe(callback);
      let told = freshness();
      const timer = setInterval(() => {
        const now = freshness();
        if (now === told) return;
        told = now;
        callback();
      }, pollMs);
      timer.unref();
      return () => {
        clearInterval(timer);
        forget();
      };
    },
  };
}

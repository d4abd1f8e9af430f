import type { Clock } from '@etis/kernel';

/** Lets so many come in at a time, and says to the others when to come again: after an outage everybody comes at once. */
export interface Admission {
  /** A place, or in how many milliseconds to come again. */
  enter(): { readonly leave: () => void } | { readonly afterMs: number };
}

/** How long a place may be held; a handshake that takes longer keeps nobody else out. */
const longestMs = 10_000;
const leastMs = 250;
const mostMs = 30_000;

export function createAdmission({ places, clock }: { places: number; clock: Clock }): Admission {
  const held = new Map<object, number>();
  /** Until when the turns that were given out reach, in epoch milliseconds. */
  let turnsUntil = 0;

  function forgetOld(now: number): void {
    // In the order of their coming, so that the first that is young ends it.
    for (const [place, since] of held) {
      if (now - since < longestMs) return;
      held.delete(place);
    }
  }

  return {
    enter() {
      const now = clock.now();
      forgetOld(now);
      if (held.size < places) {
        const place = {};
        held.set(place, now);
        return { leave: () => void held.delete(place) };
      }
      // As many turns in each quarter of a second as there are places; who is told to wait adds up to half of it at random.
      turnsUntil = Math.max(turnsUntil, now) + leastMs / places;
      return { afterMs: Math.min(mostMs, Math.max(leastMs, Math.ceil(turnsUntil - now))) };
    },
  };
}

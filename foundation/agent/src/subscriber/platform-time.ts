import type { Clock } from '@etis/kernel';
import { errors } from '../errors.ts';

/** The platform's time, by which everything that governs is judged: what it signed when the link began, and this process's clock only for what passed since. */
export interface PlatformTime extends Clock {
  /** The time that a platform claims, before it is believed. @throws AGENT_LINK_REFUSED for one that lies before what was known */
  claimed(now: string): number;
  set(now: number): void;
  /** What is known to be past, in epoch milliseconds. */
  reached(now: number): void;
  /** How far this process's clock is ahead of the platform's, in milliseconds; 0 before the link was up. */
  skewMs(): number;
}

/** Clocks of several platform processes differ a little. */
const tolerance = 60_000;

export function createPlatformTime(clock: Clock): PlatformTime {
  let ahead = 0;
  let floor = Number.NEGATIVE_INFINITY;
  return {
    now: () => clock.now() - ahead,
    claimed(now) {
      const claimed = Date.parse(now);
      if (Number.isNaN(claimed)) throw errors.LINK_REFUSED('the platform named no time');
      // A key that has ended must not count again because somebody says that it is last year.
      if (claimed < floor - tolerance) throw errors.LINK_REFUSED('the platform named a time that is over');
      return claimed;
    },
    set(now) {
      ahead = clock.now() - now;
      floor = Math.max(floor, now);
    },
    reached(now) {
      floor = Math.max(floor, now);
    },
    skewMs: () => ahead,
  };
}

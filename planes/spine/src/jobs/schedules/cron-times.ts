import { errorText } from '@etis/kernel';
import { Cron } from 'croner';

const maxCron = 100;
const zonePattern = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/;
/** A time that is late by more has been missed: nothing ran when it came. */
const missedAfterMs = 60_000;
const maxMadeUp = 100;

/**
 * The times that a cron text names in a time zone. Where clocks are put forward or back: one at a fixed time of day comes once, after the gap or at
 * the first of the two; one that recurs within the hour leaves out what does not exist and comes in both hours.
 */
export interface CronTimes {
  /** The first time after that one; null when there is none left. */
  after(time: Date): Date | null;
  /** The times from `first` up to `now` that want a job, in order: those on time, and of those that were missed what `missed` says. */
  due(request: { first: Date; now: Date; missed: 'skip' | 'once' | 'each' }): readonly Date[];
}

/** What is wrong with a cron text or a time zone; its message goes on after "because". */
export class CronUnreadable extends Error {
  override readonly name = 'CronUnreadable';
}

/** @throws CronUnreadable */
export function cronTimes(cron: string, timeZone: string): CronTimes {
  const fields = cron.trim().split(/\s+/).length;
  if (cron.length > maxCron || (fields !== 5 && fields !== 6)) throw new CronUnreadable('its cron text has not 5 or 6 fields');
  if (!zonePattern.test(timeZone) || !isZone(timeZone)) throw new CronUnreadable('its time zone is none of the IANA database');
  const times = parsed(cron, timeZone);

  function fresh(first: Date, now: Date): readonly Date[] {
    const found: Date[] = [];
    // Times are whole seconds, so whatever comes after the second before is not earlier.
    const start = new Date(Math.max(first.getTime() - 1_000, now.getTime() - missedAfterMs));
    for (let time = times.nextRun(start); time !== null && time <= now; time = times.nextRun(time)) found.push(time);
    return found;
  }

  function madeUp(first: Date, now: Date, most: number): readonly Date[] {
    // From the end, since a year of seconds is too many to count from the start.
    const end = new Date(Math.floor((now.getTime() - missedAfterMs) / 1_000) * 1_000 + 1_000);
    if (most === 0 || first >= end) return [];
    return times
      .previousRuns(most, end)
      .filter((time) => time >= first && time < end)
      .toSorted((one, other) => one.getTime() - other.getTime());
  }

  return {
    after: (time) => times.nextRun(time),
    due: ({ first, now, missed }) => [...madeUp(first, now, { skip: 0, once: 1, each: maxMadeUp }[missed]), ...fresh(first, now)],
  };
}

function parsed(cron: string, timezone: string): Cron {
  try {
    return new Cron(cron, { timezone, mode: '5-or-6-parts' });
  } catch (error) {
    throw new CronUnreadable(`its cron text cannot be read: ${errorText(error)}`, { cause: error });
  }
}

function isZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    // A RangeError, and nothing else: there is no such zone.
    return false;
  }
}

import { isMembers } from '../json.ts';
import { limits } from '../limits.ts';

const units: Readonly<Record<string, number>> = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000, milliseconds: 1 };
const iso = /^P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8}(?:\.\d{1,3})?)S)?)?$/;

/** Milliseconds of `{ minutes: 5 }` or `PT5M`. @throws Error that says what is wrong with it */
export function durationOf(value: unknown): number {
  const ms = isMembers(value) ? sum(Object.entries(value)) : typeof value === 'string' ? fromIso(value) : Number.NaN;
  if (!(ms >= 0 && ms <= limits.wait)) throw new Error('the duration is not one of at most 366 days, such as { minutes: 5 } or PT5M');
  return Math.round(ms);
}

function sum(parts: readonly (readonly [string, unknown])[]): number {
  return parts.reduce((total, [unit, count]) => total + (typeof count === 'number' ? count : Number.NaN) * (units[unit] ?? Number.NaN), 0);
}

function fromIso(text: string): number {
  const found = iso.exec(text);
  if (found === null || text === 'P' || text.endsWith('T')) return Number.NaN;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = found;
  return sum(Object.entries({ days: Number(days), hours: Number(hours), minutes: Number(minutes), seconds: Number(seconds) }));
}

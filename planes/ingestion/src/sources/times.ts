/** `2017-09-22T02:38:32.341+0000`, `2025-04-20T12:02:16.598+00:00`, `2017-09-06T03:08:53+0000`, `2025-04-20T12:03:35.399Z`. */
const timePattern = /^(\d{4}-\d\d-(\d\d)T\d\d:\d\d:\d\d)(\.\d{1,9})?(?:Z|([+-]\d\d):?(\d\d))$/;

/**
 * A time in RFC 3339 or a form that Autodesk writes instead, or epoch milliseconds as a number, as RFC 3339 in UTC with milliseconds.
 * Null for anything else, for days that do not exist, and outside the years 1970 to 9999.
 */
export function utcTime(value: unknown): string | null {
  if (typeof value === 'number') return Number.isInteger(value) ? rendered(value) : null;
  const parts = typeof value === 'string' ? timePattern.exec(value) : null;
  if (parts === null) return null;
  const [, clock = '', day, fraction = '', hours, minutes] = parts;
  // A date beyond the month's end would roll over into the next month.
  if (new Date(`${clock.slice(0, 10)}T00:00:00Z`).getUTCDate() !== Number(day)) return null;
  const milliseconds = fraction === '' ? '' : fraction.slice(0, 4);
  return rendered(Date.parse(`${clock}${milliseconds}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`));
}

/** Epoch seconds, as a number or as the text of one, as RFC 3339 in UTC. Null for anything else, and outside the years 1970 to 9999. */
export function utcTimeOfSeconds(value: unknown): string | null {
  if (typeof value === 'string') return /^\d{1,12}$/.test(value) ? rendered(Number(value) * 1_000) : null;
  return typeof value === 'number' && Number.isSafeInteger(value) ? rendered(value * 1_000) : null;
}

function rendered(epochMs: number): string | null {
  return epochMs >= 0 && epochMs < 253_402_300_800_000 ? new Date(epochMs).toISOString() : null;
}

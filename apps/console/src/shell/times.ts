const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** `3 min ago`, `in 2 h`, `now`; one unit is enough to judge by. */
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  const text = span(Math.abs(ms));
  if (text === '0 s') return 'now';
  return ms >= 0 ? `${text} ago` : `in ${text}`;
}

/** `4 d`, `17 min`, `12 s`: the largest whole unit of a number of milliseconds. */
export function span(ms: number): string {
  for (const [unit, size] of units) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`;
  return '0 s';
}

/** `3.4 ms`, `250 ms`, `1.8 s`, `4 min`. */
export function duration(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  return span(ms);
}

/** In the reader's own language and time zone, to the second. */
export function dateAndTime(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** `14:03:22.120` */
export function clockTime(at: string): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

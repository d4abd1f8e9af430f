import type { WorkMinute } from '@etis/client';

const minuteMs = 60_000;
const mostLines = 8;

interface Line {
  readonly work: string;
  readonly points: readonly (readonly [at: number, done: number])[];
}

/** A line for each of the most frequent kinds of work, with a zero for every minute between the first and the last in which nothing was done. */
export function perMinute(minutes: readonly WorkMinute[]): readonly Line[] {
  if (minutes.length === 0) return [];
  const times = minutes.map(({ minute }) => Date.parse(minute));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const works = Map.groupBy(minutes, ({ work }) => work);
  return [...works]
    .map(([work, of]) => {
      const done = new Map(of.map((one) => [Date.parse(one.minute), one.done]));
      const points = Array.from({ length: (last - first) / minuteMs + 1 }, (_, index) => {
        const at = first + index * minuteMs;
        return [at, done.get(at) ?? 0] as const;
      });
      return { work, points };
    })
    .sort((a, b) => sum(b) - sum(a) || a.work.localeCompare(b.work))
    .slice(0, mostLines);
}

function sum({ points }: Line): number {
  return points.reduce((total, [, done]) => total + done, 0);
}

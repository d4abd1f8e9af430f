import type { JobProgress } from '@etis/contracts/jobs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgressReport } from './progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function underTest() {
  const passed: JobProgress[] = [];
  return { passed, report: createProgressReport((progress) => passed.push(progress)) };
}

describe('progress', () => {
  it('is passed on at once, and then at most once a second, the latest', () => {
    const { passed, report } = underTest();
    for (let n = 0; n <= 10; n += 1) report.say(n / 10, `${n}`);
    expect(passed).toEqual([{ done: 0, note: '0' }]);
    vi.advanceTimersByTime(1_000);
    expect(passed.slice(1)).toEqual([{ done: 1, note: '10' }]);
    vi.advanceTimersByTime(60_000);
    expect(passed).toHaveLength(2);
    report.say(0.5, 'again');
    expect(passed.at(-1)).toEqual({ done: 0.5, note: 'again' });
  });

  it('is from 0 to 1 with a short note, whatever was said', () => {
    const { passed, report } = underTest();
    for (const done of [-1, 2, Number.NaN, Number.POSITIVE_INFINITY]) {
      report.say(done, 'x'.repeat(500));
      vi.advanceTimersByTime(1_000);
    }
    expect(passed.map(({ done }) => done)).toEqual([0, 1, 0, 0]);
    expect(passed.every(({ note }) => note.length === 200)).toBe(true);
  });

  it('is not passed on any more after the end', () => {
    const { passed, report } = underTest();
    report.say(0.1, 'a');
    report.say(0.2, 'b');
    report.close();
    report.say(0.3, 'c');
    vi.advanceTimersByTime(5_000);
    expect(passed).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

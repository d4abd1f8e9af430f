import { appendFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReportBuffer, type ReportBuffer } from './report-buffer.ts';
import { exampleReport } from './report-under-test.ts';

let folder: string;
const reportBytes = Buffer.byteLength(`${JSON.stringify({ sequence: 1, report: exampleReport })}\n`);
const file = () => join(folder, 'telemetry.jsonl');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-telemetry-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const opened = (maxBytes = 1_000_000, subscriber = exampleReport.subscriber) => openReportBuffer({ folder, subscriber, maxBytes });

function push(buffer: ReportBuffer, ...sequences: number[]): void {
  for (const sequence of sequences) buffer.push({ sequence, report: exampleReport });
}

function drained(buffer: ReportBuffer) {
  const all: { sequence: number; lost: number }[] = [];
  for (let next = buffer.oldest(); next !== null; next = buffer.oldest()) {
    all.push({ sequence: next.sequence, lost: next.report.lost });
    buffer.taken();
  }
  return all;
}
const sequences = (buffer: ReportBuffer) => drained(buffer).map(({ sequence }) => sequence);

describe('the buffer of reports', () => {
  it('has after a restart what was saved, in order, without what was taken', async () => {
    const before = await opened();
    push(before, 1, 2, 3);
    await before.save();
    before.taken();
    push(before, 4);
    await before.save();
    const after = await opened();
    expect(after.newest()?.sequence).toBe(4);
    expect(sequences(after)).toEqual([2, 3, 4]);
  });

  it('drops a last line that is torn, and goes on in the same file', async () => {
    const before = await opened();
    push(before, 1, 2);
    await before.save();
    await truncate(file(), (await stat(file())).size - 7);
    const after = await opened();
    push(after, 3);
    await after.save();
    expect(sequences(await opened())).toEqual([1, 3]);
  });

  it('passes over lines that are no reports, and those of another subscriber', async () => {
    const before = await opened();
    push(before, 1);
    await before.save();
    const foreign = { sequence: 2, report: { ...exampleReport, subscriber: 'router.two' } };
    await appendFile(file(), `null\n{"sequence":-1}\n\u0000\u0000\n[]\n{"sequence":9,"report":null}\n${JSON.stringify(foreign)}\n`);
    expect(sequences(await opened())).toEqual([1]);
  });

  it('keeps everything in memory when the disk refuses, and writes it with the next', async () => {
    const buffer = await opened();
    await mkdir(file());
    push(buffer, 1, 2);
    await expect(buffer.save()).rejects.toThrow();
    await rm(file(), { recursive: true });
    push(buffer, 3);
    await buffer.save();
    expect(sequences(await opened())).toEqual([1, 2, 3]);
  });

  it('writes no file anew for each report that is taken, and lets none grow', async () => {
    const buffer = await opened();
    let largest = 0;
    for (let sequence = 1; sequence <= 2_000; sequence += 1) {
      push(buffer, sequence, sequence + 0.5);
      buffer.taken();
      if (sequence > 10) buffer.taken();
      await buffer.save();
      largest = Math.max(largest, (await stat(file())).size);
    }
    expect(largest).toBeLessThan(262_144 + 40 * reportBytes);
    while (buffer.oldest() !== null) buffer.taken();
    await buffer.save();
    expect(await readFile(file(), 'utf8')).toBe('');
  });

  it('needs no folder', async () => {
    const buffer = await openReportBuffer({ folder: null, subscriber: exampleReport.subscriber, maxBytes: 1_000_000 });
    push(buffer, 1, 2);
    await buffer.save();
    expect(sequences(buffer)).toEqual([1, 2]);
  });

  it('stays within its bytes, and what is taken and lost adds up to all that were made, across restarts', async () => {
    const step = fc.constantFrom('push', 'push', 'push', 'taken', 'save', 'restart');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), async (steps, places) => {
        await writeFile(file(), '');
        let buffer = await opened(places * (reportBytes + 20));
        let made = 0;
        let accounted = 0;
        let last = 0;
        const take = () => {
          const next = buffer.oldest();
          if (next === null) return;
          expect(next.sequence).toBeGreaterThan(last);
          last = next.sequence;
          accounted += 1 + next.report.lost;
          buffer.taken();
        };
        for (const one of steps) {
          if (one === 'push') {
            made += 1;
            push(buffer, made);
          } else if (one === 'taken') take();
          else await buffer.save();
          if (one === 'restart') {
            expect((await stat(file())).size).toBeLessThan(2 * places * (reportBytes + 40) + 262_144);
            buffer = await opened(places * (reportBytes + 20));
          }
        }
        while (buffer.oldest() !== null) take();
        expect(accounted).toBe(made);
      }),
      { numRuns: 60 },
    );
  });
});

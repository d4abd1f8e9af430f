import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTextFile } from './text-file.ts';

let folder: string;
let number = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'etis-text-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(pieces: readonly string[], maxChars: number) {
  number += 1;
  const path = join(folder, `${number}`);
  const file = createTextFile(path, maxChars);
  const room = pieces.map((piece) => file.append(piece));
  return { ...file.close(), room, text: readFileSync(path, 'utf8') };
}

describe('a text file', () => {
  it('holds what was written, as far as there is room', () => {
    expect(write(['one ', 'two'], 100)).toEqual({ chars: 7, excerpt: 'one two', full: false, room: [true, true], text: 'one two' });
    expect(write(['one ', 'two', 'three'], 6)).toMatchObject({ chars: 6, full: true, room: [true, false, false], text: 'one tw' });
    expect(write([], 10)).toMatchObject({ chars: 0, excerpt: '', full: false, text: '' });
  });

  it('is text that can be kept anywhere, bounded, with an excerpt from its start', () => {
    const piece = fc.string({ unit: 'binary', maxLength: 1_500 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), fc.integer({ min: 0, max: 4_000 }), (pieces, maxChars) => {
        const { chars, excerpt, text } = write(pieces, maxChars);
        expect(text.length).toBe(chars);
        expect(chars).toBeLessThanOrEqual(maxChars);
        expect(text.startsWith(excerpt)).toBe(true);
        expect(excerpt.length).toBeLessThanOrEqual(2_000);
        expect(excerpt.length).toBeGreaterThanOrEqual(Math.min(chars, 1_999));
        expect(text.includes('\u0000')).toBe(false);
        expect(excerpt.isWellFormed() && text.isWellFormed()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

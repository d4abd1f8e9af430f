import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptHeaders } from './kept-headers.ts';

describe('headers that are kept', () => {
  test('are those asked for by name, shortened, and those with a prefix, whole', () => {
    const headers = {
      'content-type': 'x'.repeat(2_000),
      'ce-id': 'y'.repeat(2_000),
      'ce-type': 't',
      authorization: 'Bearer z',
      'set-cookie': ['a'],
    };
    expect(keptHeaders(['content-type', 'ce-*', 'set-cookie', 'absent'], headers)).toEqual({
      'content-type': 'x'.repeat(1_024),
      'ce-id': 'y'.repeat(2_000),
      'ce-type': 't',
    });
  });

  test('a prefix keeps 50 at most', () => {
    const headers = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`ce-x${at}`, 'v']));
    expect(Object.keys(keptHeaders(['ce-*'], headers))).toHaveLength(50);
  });

  test('a value that does not fit beside the others is left out, never shortened', () => {
    const headers = { 'ce-a': 'a'.repeat(16_000), 'ce-b': 'b'.repeat(1_000), 'ce-c': 'c' };
    expect(Object.keys(keptHeaders(['ce-*'], headers))).toEqual(['ce-a', 'ce-c']);
  });

  test('law: whatever is sent, what is kept is bounded and was sent', () => {
    const headers = fc.dictionary(fc.stringMatching(/^(ce-)?[a-z]{1,6}$/), fc.string({ maxLength: 6_000 }));
    fc.assert(
      fc.property(headers, (sent) => {
        const kept = keptHeaders(['ce-*'], sent);
        expect(Object.entries(kept).every(([name, value]) => name.startsWith('ce-') && sent[name] === value)).toBe(true);
        expect(JSON.stringify(Object.entries(kept).flat().join('')).length).toBeLessThan(70_000);
        expect(Object.entries(kept).reduce((sum, [name, value]) => sum + name.length + value.length, 0)).toBeLessThanOrEqual(16_384);
      }),
    );
  });
});

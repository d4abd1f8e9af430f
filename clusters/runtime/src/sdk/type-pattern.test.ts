import { isEventType, isTypePattern, patternCovers, patternsFor } from '@etis/runtime/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
const type = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join('.'));
const pattern = fc.oneof(
  type,
  type.map((prefix) => `${prefix}.*`),
  fc.constant('*'),
);

describe('event types and patterns', () => {
  it('lists what a type matches, the most specific first', () => {
    expect(patternsFor('document.version.added')).toEqual(['document.version.added', 'document.version.*', 'document.*', '*']);
    expect(patternsFor('ping')).toEqual(['ping', '*']);
  });

  it.each(['document', 'document.version', 'a.b-c.d_e', '1.2'])('takes %s as a type', (text) => expect(isEventType(text)).toBe(true));
  it.each(['', '.', 'a.', '.a', 'a..b', 'A.b', 'a b', 'a.*', '*', 'a.\n', 'ä', `a${'.b'.repeat(80)}`])('refuses %j as a type', (text) => {
    expect(isEventType(text)).toBe(false);
  });
  it.each(['*', 'a.*', 'a.b.*', 'a.b'])('takes %s as a pattern', (text) => expect(isTypePattern(text)).toBe(true));
  it.each(['', '*.a', 'a*', 'a.*.b', '.*', '**', 'a.**'])('refuses %j as a pattern', (text) => expect(isTypePattern(text)).toBe(false));

  it('covers exactly when every type that matches the inner one matches the outer one', () => {
    fc.assert(
      fc.property(pattern, type, (outer, inner) => {
        expect(patternCovers(outer, inner)).toBe(patternsFor(inner).includes(outer));
      }),
    );
    expect(patternCovers('document.*', 'document.version.*')).toBe(true);
    expect(patternCovers('document.*', 'documents.*')).toBe(false);
    expect(patternCovers('document.*', 'document')).toBe(false);
    expect(patternCovers('document.version.*', 'document.*')).toBe(false);
    expect(patternCovers('document.*', '*')).toBe(false);
  });
});

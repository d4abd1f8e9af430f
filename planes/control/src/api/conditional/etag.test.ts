import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { etagOf, readEntityTags } from './etag.ts';

describe('an entity tag', () => {
  it('is the same for the same content, and another for another', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(etagOf(one)).toBe(etagOf(structuredClone(one)));
        expect(etagOf(one) === etagOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
        expect(readEntityTags(etagOf(one))).toEqual([etagOf(one)]);
      }),
    );
  });
});

describe('a header of entity tags', () => {
  it.each([
    ['*', '*'],
    [' * ', '*'],
    ['"a"', ['"a"']],
    ['W/"a", "b"', ['W/"a"', '"b"']],
    ['""', ['""']],
    ['a', null],
    ['"a', null],
    ['', null],
    ['"a" "b"', null],
    ['w/"a"', null],
    [Array(21).fill('"a"').join(','), null],
  ])('%j reads as %j', (header, tags) => {
    expect(readEntityTags(header)).toEqual(tags);
  });

  it('is read whatever it is', () => {
    fc.assert(fc.property(fc.string(), (header) => void readEntityTags(header)));
  });
});

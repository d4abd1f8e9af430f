import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUuid, uuidv7 } from './ids.ts';

describe('uuidv7', () => {
  it('is a UUID of version 7 and variant 10 that carries its time', () => {
    const at = Date.now() + 10_000;
    const id = uuidv7(at);
    expect(isUuid(id)).toBe(true);
    expect(id[14]).toBe('7');
    expect('89ab').toContain(id[19]);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
  });

  it('rises within a process, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 41 }), { maxLength: 50 }), (times) => {
        const ids = times.map((time) => uuidv7(time));
        expect(ids.toSorted()).toEqual(ids);
      }),
    );
  });

  it('does not repeat within one millisecond', () => {
    const ids = Array.from({ length: 20_000 }, () => uuidv7(5));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });
});

describe('isUuid', () => {
  it.each([
    '',
    'x',
    '018F6B6A-0000-7000-8000-000000000000',
    '018f6b6a-0000-7000-8000-000000000000 ',
    "018f6b6a-0000-7000-8000-00000000000'",
  ])('refuses %j', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});

import { uuidv7 } from '@etis/kernel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { claimText, readClaim } from './claim.ts';

it('is read as it was written', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1, max: 999_999_999 }), (id, lease) => {
      expect(readClaim(claimText({ id, lease }))).toEqual({ id, lease });
    }),
  );
});

it.each([
  '',
  'x',
  uuidv7(),
  `${uuidv7()}.`,
  `${uuidv7()}.0`,
  `${uuidv7()}.01`,
  `${uuidv7()}.-1`,
  `${uuidv7()}.1\n`,
  `${uuidv7()}.9999999999`,
])('is not %j', (text) => {
  expect(readClaim(text)).toBeUndefined();
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmailAddress } from './email-address.ts';

describe('e-mail addresses', () => {
  it.each(['a@b.co', 'site.office@example.com', "o'brien+tower@mail.example.co.uk", 'x_y-z@1a.example', `${'l'.repeat(64)}@example.com`])(
    'takes %s',
    (text) => {
      expect(isEmailAddress(text)).toBe(true);
    },
  );

  it.each([
    '',
    '@',
    'a@',
    '@b.co',
    'a@b',
    'a@b..co',
    'a@.co',
    'a@b.co.',
    'a@-b.co',
    'a@b-.co',
    'a@1.2.3.4',
    'a@[127.0.0.1]',
    '.a@b.co',
    'a.@b.co',
    'a..b@c.co',
    'a b@c.co',
    '"a b"@c.co',
    'a@b@c.co',
    'A <a@b.co>',
    'a@b.co, c@d.co',
    'a@b.co;c@d.co',
    '-oQ/tmp@b.co',
    'a(x)@b.co',
    'a\\@b.co',
    'ä@b.co',
    'a@bä.co',
    'a@b.co\n',
    'a@b.co\r\nBcc: c@d.co',
    '\na@b.co',
    'a\u0000@b.co',
    'a@b.co\u0000',
    `${'l'.repeat(65)}@example.com`,
    `a@${'d'.repeat(64)}.co`,
    `a@${'d.'.repeat(130)}co`,
  ])('refuses %j', (text) => expect(isEmailAddress(text)).toBe(false));

  it('takes nothing that could end a header, quote, or list', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '@b.co'), (text, end) => {
        if (isEmailAddress(text + end)) expect(text + end).toMatch(/^[\x21\x23-\x27\x2a\x2b\x2d-\x39\x3d\x3f-\x5a\x5e-\x7e]+$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

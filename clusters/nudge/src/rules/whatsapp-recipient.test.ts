import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whatsappAddress, whatsappRecipient } from './whatsapp-recipient.ts';

describe('whom WhatsApp writes to', () => {
  it.each([
    ['491512345678', '491512345678'],
    ['+49 151 2345678', '491512345678'],
    ['+1 (202) 555-0142', '12025550142'],
    ['44.20.7946.0958', '442079460958'],
    ['US.13491208655302741918', 'US.13491208655302741918'],
    ['US.ENT.11815799212886844830', 'US.ENT.11815799212886844830'],
  ])('%s is kept as %s', (text, kept) => expect(whatsappRecipient(text)).toBe(kept));

  it.each([
    '',
    '+',
    '0151 2345678',
    '123456',
    '1234567890123456',
    '٣٤٥٦٧٨٩٠١٢',
    '49151234567x',
    'us.1349120865',
    'USA.1349120865',
    'US.',
    'US.13 49',
    'US.1349\n',
    `US.${'1'.repeat(129)}`,
    '491512345678, 491512345679',
    '491512345678\u0000',
    'a@b.co',
    `${' '.repeat(40)}491512345678`,
  ])('%j is refused', (text) => expect(whatsappRecipient(text)).toBeUndefined());

  it('keeps a form that it takes again, and that is an address of one kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^\+?[0-9 .()-]{7,20}$/), fc.stringMatching(/^[A-Z]{2}\.[A-Za-z0-9]{1,20}$/)),
        (text) => {
          const kept = whatsappRecipient(text);
          if (kept === undefined) return;
          expect(whatsappRecipient(kept)).toBe(kept);
          expect(Object.values(whatsappAddress(kept))).toEqual([kept]);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(whatsappAddress('491512345678')).toEqual({ phone: '491512345678' });
    expect(whatsappAddress('US.1349')).toEqual({ userId: 'US.1349' });
  });
});

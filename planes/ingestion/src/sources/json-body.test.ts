import { SourceError } from '@etis/contracts/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyText, jsonObject, jsonValue } from './json-body.ts';

describe('JSON', () => {
  test.each([
    ['{"id":12345678901234567890}', { id: '12345678901234567890' }],
    ['[9007199254740993,-9007199254740993]', ['9007199254740993', '-9007199254740993']],
    ['9007199254740993', '9007199254740993'],
    [
      '[9007199254740991, 1.5, 1e400, 12345678901234567.5]',
      [9007199254740991, 1.5, Number.POSITIVE_INFINITY, Number('12345678901234567.5')],
    ],
    ['{"text":"12345678901234567890"}', { text: '12345678901234567890' }],
    ['\uFEFF{}', {}],
  ])('%s keeps every digit of its integers', (text, value) => {
    expect(jsonValue(bodyText(Buffer.from(text)))).toEqual(value);
  });

  test('law: what has no long integer is what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const read = JSON.stringify(jsonValue(text), (_name, member) =>
          typeof member === 'string' && /^-?\d{16,}$/.test(member) ? Number(member) : member,
        );
        const plain = JSON.stringify(JSON.parse(text), (_name, member) =>
          typeof member === 'string' && /^-?\d{16,}$/.test(member) ? Number(member) : member,
        );
        expect(read).toBe(plain);
      }),
    );
  });

  test('law: an integer of any length comes back digit by digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }), fc.constantFrom('', ' ', '\n\t'), (integer, space) => {
        expect(String(jsonObject(Buffer.from(`{"a":${space}${integer}}`)).a)).toBe(String(integer));
      }),
    );
  });

  test.each([Buffer.from('[]'), Buffer.from('null'), Buffer.from('"x"'), Buffer.from('{'), Buffer.from([0xff]), Buffer.from('')])(
    '%s is no object',
    (body) => {
      expect(() => jsonObject(body)).toThrow(SourceError);
    },
  );
});

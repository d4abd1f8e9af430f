import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainValue, valueFrom } from './plain-value.ts';

it.each([
  ['12', 'number', 12],
  [' ', 'number', undefined],
  ['twelve', 'number', undefined],
  ['yes', 'boolean', true],
  ['maybe', 'boolean', undefined],
  ['{"a":1}', 'json', { a: 1 }],
  ['{', 'json', undefined],
] as const)('%s as a %s is %j', (text, type, value) => expect(valueFrom(text, type)).toEqual(value));

it('reads back what it shows', () => {
  fc.assert(fc.property(fc.boolean(), (value) => expect(valueFrom(plainValue(value), 'boolean')).toBe(value)));
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      (value) => expect(valueFrom(plainValue(value), 'number')).toBe(value),
    ),
  );
  fc.assert(fc.property(fc.string(), (value) => expect(valueFrom(plainValue(value), 'string')).toBe(value)));
});

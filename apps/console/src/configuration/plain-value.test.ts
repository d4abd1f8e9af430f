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
  const same = (value: boolean | number | string) => expect(valueFrom(plainValue(value), typeof value as 'boolean')).toBe(value);
  fc.assert(fc.property(fc.boolean(), (value) => void same(value)));
  fc.assert(fc.property(fc.integer(), (value) => void same(value)));
  fc.assert(fc.property(fc.string(), (value) => void same(value)));
});

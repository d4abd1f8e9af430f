import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acceptedEncoding } from './accepted-encoding.ts';

const both = { br: true, gzip: true };

it.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['BR', 'br'],
  ['identity', 'identity'],
  ['', 'identity'],
  [undefined, 'identity'],
])('who takes %j gets %s', (header, encoding) => expect(acceptedEncoding(header, both)).toBe(encoding));

it('never gives what is not there, whatever is asked for', () => {
  expect(acceptedEncoding('br, gzip', { br: false, gzip: true })).toBe('gzip');
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(acceptedEncoding(header, { br: false, gzip: false })).toBe('identity');
    }),
  );
});

import { expect, it } from 'vitest';
import { traceIdOf, traceparentFrom } from './trace.ts';

it('carries a valid traceparent on unchanged', () => {
  const header = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  expect(traceparentFrom(header)).toBe(header);
  expect(traceIdOf(header)).toBe('0af7651916cd43dd8448eb211c80319c');
});

it.each([
  undefined,
  '',
  '01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
  '00-00000000000000000000000000000000-b7ad6b7169203331-00',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-00',
  '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-00',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\nx: y',
])('starts a new trace in place of %j', (header) => {
  const traceparent = traceparentFrom(header);
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(traceparent).not.toBe(header);
});

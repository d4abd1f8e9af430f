import { expect, it } from 'vitest';
import { eventTitle } from './event-title.ts';
import { readFlowSearch } from './flow-search.ts';

it('says types of events in words', () => {
  expect(eventTitle('document.version.added')).toBe('Document version added');
  expect(eventTitle('x')).toBe('X');
  expect(eventTitle('...')).toBe('...');
});

it('takes of an address what is a search', () => {
  expect(readFlowSearch({ text: 'plan', tenant: 12, type: '', other: 'x' })).toEqual({ text: 'plan', tenant: '12' });
  expect(readFlowSearch({ text: ['a'], type: { a: 1 }, tenant: null })).toEqual({});
  expect(readFlowSearch({ text: 'x'.repeat(1_000) }).text).toHaveLength(200);
});

import { expect, it } from 'vitest';
import { partTitle, subscriberTitle } from './part-title.ts';

it.each([
  ['cluster', 'nudge-standard', 'Cluster Nudge Standard'],
  ['edge', null, 'Edge'],
  ['worker', 'email', 'Workers Email'],
  ['something', null, 'Something'],
])('a part %s of %s is the %s', (kind, scope, title) => expect(partTitle(kind, scope)).toBe(title));

it('reads the title out of the id of a subscriber', () => {
  expect(subscriberTitle('cluster.nudge-standard.host-8080')).toBe('Cluster Nudge Standard');
  expect(subscriberTitle('router.host-8080')).toBe('Router');
  expect(subscriberTitle('')).toBe('');
});

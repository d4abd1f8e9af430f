import { expect, it } from 'vitest';
import { workTitle } from './work-title.ts';

it.each([
  ['http', 'HTTP requests', 'edge'],
  ['handler/nudge', 'Batches handled by NUDGE', 'clusters'],
  ['lane/nudge', 'Lanes to NUDGE', 'spine'],
  ['job/email', 'EMAIL jobs', 'workers'],
  ['something-new', 'SOMETHING-NEW', 'spine'],
])('%s is said "%s" and belongs to %s', (work, title, plane) => {
  expect(workTitle(work, (id) => id.toUpperCase())).toEqual({ title, plane });
});

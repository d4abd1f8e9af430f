import { flag } from '@etis/runtime/sdk';

/** Who has several projects tells notifications apart by their subjects. */
export const projectInSubject = flag({
  key: 'nudge.subject.project',
  description: 'Whether the subject of a notification by e-mail begins with the project that it is about, in brackets.',
  value: { type: 'boolean' },
  variants: { plain: false, project: true },
  default: 'plain',
  off: 'plain',
});

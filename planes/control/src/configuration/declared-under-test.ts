import type { ConfigurationDeclaration } from './declarations.ts';

/** What the product nudge declares in tests: a parameter and a flag. */
export const declaredUnderTest: ConfigurationDeclaration = {
  parameters: [
    {
      key: 'nudge.reply.daily-limit',
      product: 'nudge',
      description: 'How many messages of one user are answered within 24 hours, at most.',
      value: { type: 'number', integer: true, minimum: 0, maximum: 200 },
      default: 20,
    },
  ],
  flags: [
    {
      key: 'nudge.subject.project',
      product: 'nudge',
      description: 'Whether the subject of a notification begins with its project.',
      value: { type: 'boolean' },
      variants: { plain: false, project: true },
      default: 'plain',
      off: 'plain',
    },
  ],
};

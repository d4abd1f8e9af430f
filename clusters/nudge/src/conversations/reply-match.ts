import type { IncomingMessage } from './incoming-message.ts';
import type { ReplyMatch, ReplyRule } from './reply-rule-input.ts';

/** The first of the rules, in their order, that answers a message; undefined where none does. */
export function firstMatch(
  rules: readonly ReplyRule[],
  message: Pick<IncomingMessage, 'number' | 'text' | 'button'>,
): ReplyRule | undefined {
  const text = searchable(message.text ?? '');
  return rules.find(({ number, match }) => (number === null || number === message.number) && matches(match, text, message.button));
}

function matches(match: ReplyMatch, text: string, button: string | null): boolean {
  if (match === 'any') return true;
  if ('button' in match) return match.button === button;
  return match.keywords.some((keyword) => text.includes(searchable(keyword)));
}

/**
 * A text as keywords are looked for in it: words and signs in lower case with one space around each, so that a keyword of whole words is found as
 * whole words, whatever stands between them.
 */
export function searchable(text: string): string {
  const parts = text.normalize('NFKC').toLowerCase().match(wordOrSign) ?? [];
  return ` ${parts.join(' ')} `;
}

/** A run of letters, digits and their marks, or one other sign that is neither space nor punctuation, an emoji for example. */
const wordOrSign = /[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}\p{P}\p{Z}\p{C}]/gu;

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstMatch, searchable } from './reply-match.ts';
import type { ReplyMatch, ReplyRule } from './reply-rule-input.ts';

const number = '1122334455667';
const rule = (match: ReplyMatch, more: Partial<ReplyRule> = {}): ReplyRule => ({
  id: 'r',
  order: 100,
  number: null,
  match,
  text: 'x',
  enabled: true,
  ...more,
});
const hears = (match: ReplyMatch, text: string | null, button: string | null = null) =>
  firstMatch([rule(match)], { number, text, button }) !== undefined;

describe('a reply rule', () => {
  it.each([
    ['Opening hours?', ['hours'], true],
    ['OPENING HOURS', ['opening hours'], true],
    ['opening\n\thours', ['Opening  hours'], true],
    ['opening, hours', ['opening hours'], true],
    ['the hours of opening', ['opening hours'], false],
    ['two-hourse', ['hours'], false],
    ['hour', ['hours'], false],
    ['Größe bitte', ['GRÖSSE', 'größe'], true],
    ['ﬁle', ['file'], true],
    ['ＳＴＯＰ', ['stop'], true],
    ['ok 👍🏽', ['👍'], true],
    ['👍️', ['👍'], true],
    ['no thumbs', ['👍'], false],
    ['', ['hours'], false],
    [null, ['hours'], false],
    ['hours', ['nothing', 'hours'], true],
    ['营业时间', ['营业时间'], true],
  ])('%j with the keywords %j: %s', (text, keywords, matches) => expect(hears({ keywords }, text)).toBe(matches));

  it('matches any message, also one without words', () => {
    expect([hears('any', 'x'), hears('any', null)]).toEqual([true, true]);
  });

  it('matches the button that was chosen by its id, exactly', () => {
    expect(hears({ button: 'yes-1' }, 'Yes', 'yes-1')).toBe(true);
    expect(hears({ button: 'yes-1' }, 'Yes', 'YES-1')).toBe(false);
    expect(hears({ button: 'yes-1' }, 'yes-1', null)).toBe(false);
  });

  it('answers as the first of those that match, on its own number only', () => {
    const rules = [
      rule({ keywords: ['hours'] }, { id: 'elsewhere', number: '99' }),
      rule({ keywords: ['prices'] }, { id: 'prices' }),
      rule({ keywords: ['hours'] }, { id: 'hours', number }),
      rule('any', { id: 'any' }),
    ];
    const answering = (text: string) => firstMatch(rules, { number, text, button: null })?.id;
    expect(['hours', 'prices and hours', 'hello'].map(answering)).toEqual(['hours', 'prices', 'any']);
  });

  it('finds every run of whole words of a text in that text, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(), fc.nat(), (text, from, length) => {
        const words = searchable(text).trim().split(' ');
        const some = words.slice(from % words.length, (from % words.length) + 1 + (length % 3)).join(' ');
        if (some !== '') expect(hears({ keywords: [some] }, text)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asBody, asSubject } from './plain-text.ts';

const hostile = fc.string({ unit: 'binary', maxLength: 400 });

describe('a subject', () => {
  it('cannot start another header', () => {
    expect(asSubject('Added\r\nBcc: thief@example.com\r\n\r\nHello')).toBe('Added Bcc: thief@example.com Hello');
    expect(asSubject('a\u2028b\u0085c\u000bd')).toBe('a b c d');
  });

  it('is one line of at most 200 characters, whatever it is made of', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const subject = asSubject(text);
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(subject.length).toBeLessThanOrEqual(200);
        expect(subject.isWellFormed()).toBe(true);
        expect(asSubject(subject)).toBe(subject);
      }),
    );
  });

  it('is not cut through a character', () => {
    expect(asSubject(`${'a'.repeat(199)}😀`)).toBe('a'.repeat(199));
    expect(asSubject(`${'a'.repeat(198)}😀`)).toHaveLength(200);
  });

  it('does not show text backwards', () => {
    expect(asSubject('invoice\u202efdp.exe')).toBe('invoice fdp.exe');
  });
});

describe('a body', () => {
  it('keeps lines, tabs and every printable character', () => {
    expect(asBody('a\r\nb\rc\n\td <&> é 😀')).toBe('a\nb\nc\n\td <&> é 😀');
  });

  it('is text that a database and a mail can hold', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const body = asBody(text);
        expect(body.replaceAll(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u);
        expect(body.isWellFormed()).toBe(true);
        expect(asBody(body)).toBe(body);
      }),
    );
  });

  it('is at most 10,000 characters', () => {
    expect(asBody('x'.repeat(20_000))).toHaveLength(10_000);
    expect(asBody(`${'x'.repeat(9_999)}😀`)).toHaveLength(9_999);
  });
});

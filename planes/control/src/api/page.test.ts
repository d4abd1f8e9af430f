import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, pageAfterId, paged, withCursor } from './page.ts';

describe('a cursor', () => {
  it('gives back the key that it was made of, to the list that made it', () => {
    const key = fc.array(
      fc.string({ maxLength: 100 }).filter((part) => !part.includes('\0')),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(key, (parts) => {
        const cursor = encodeCursor('list', parts);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor('list', cursor, parts.length)).toEqual(parts);
        expect(() => decodeCursor('other', cursor, parts.length)).toThrow(/cursor/);
        expect(() => decodeCursor('list', cursor, parts.length + 1)).toThrow(/cursor/);
      }),
    );
  });

  it('is refused with its place, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          expect(() => decodeCursor('list', text, 1)).toThrow(
            expect.objectContaining({ details: [expect.objectContaining({ pointer: 'cursor' })] }),
          );
        },
      ),
    );
  });

  it.each([[['list', 'a\0']], [['list', 1]], [['list', 'x'.repeat(501)]], [['list', null]], [{}], ['list']])(
    'of %j is refused',
    (content) => {
      const cursor = Buffer.from(JSON.stringify(content)).toString('base64url');
      expect(() => decodeCursor('list', cursor, 1)).toThrow(/cursor/);
    },
  );

  it('stands for nothing where there is none', () => {
    expect(decodeCursor('list', undefined, 2)).toBeUndefined();
    expect(pageAfterId('list', {})).toEqual({ limit: 50 });
    expect(pageAfterId('list', { limit: 7, cursor: encodeCursor('list', ['acme']) })).toEqual({ limit: 7, cursor: 'acme' });
  });
});

describe('a page', () => {
  it('has 50 items where nobody says', () => {
    expect(paged<{ tenant: string; limit?: number }>({ tenant: 'acme' })).toEqual({ tenant: 'acme', limit: 50 });
    expect(paged({ limit: 3 })).toEqual({ limit: 3 });
  });

  it('hides its key in the cursor', () => {
    expect(withCursor('list', { items: [1], next: null })).toEqual({ items: [1], next: null });
    const { next } = withCursor('list', { items: [1], next: 'acme' });
    expect(next).not.toContain('acme');
    expect(decodeCursor('list', next ?? '', 1)).toEqual(['acme']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf } from './csv.ts';

/** What a reader of RFC 4180 makes of it. */
function read(text: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, isQuoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < text.length; at++) {
    const one = text[at] ?? '';
    if (isQuoted && one === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (one === '"') isQuoted = !isQuoted;
    else if (!isQuoted && one === ',') [row, cell] = [[...row, cell], ''];
    else if (!isQuoted && one === '\r' && text[at + 1] === '\n') {
      rows.push([...row, cell]);
      [row, cell] = [[], ''];
      at += 1;
    } else cell += one;
  }
  return rows;
}

describe('CSV', () => {
  it('gives back what was written, with an apostrophe before what could be a formula', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('=1+1', '+1', '-1', '@x', '\t=1', '\r\n=1', ' =1', '＝1'),
    );
    fc.assert(
      fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 2 })), (rows) => {
        const back = read(csvOf(['a', 'b'], rows));
        expect(back).toHaveLength(rows.length + 1);
        for (const [index, row] of rows.entries()) {
          for (const [place, value] of row.entries()) {
            const found = back[index + 1]?.[place] ?? '';
            expect([value, `'${value}`]).toContain(found);
            expect(found).not.toMatch(/^\s*[=+\-@]/);
          }
        }
      }),
    );
  });

  it.each([
    [-5, '-5'],
    [true, 'true'],
    [null, ''],
    ['a"b', '"a""b"'],
    ['a,b', '"a,b"'],
    ['-5', '"\'-5"'],
  ])('writes %j as %s', (value, cell) => {
    expect(csvOf(['a'], [[value]])).toBe(`a\r\n${cell}\r\n`);
  });
});

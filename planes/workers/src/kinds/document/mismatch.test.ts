import { describe, expect, it } from 'vitest';
import { mismatches, saysTable } from './mismatch.ts';
import { officeTypes } from './sniff-type.ts';

describe('what is said about a document', () => {
  it.each([
    [{ name: 'a.pdf', mimeType: 'application/pdf' }, 'application/pdf'],
    [{ name: 'A.PDF', mimeType: 'Application/PDF; charset=binary' }, 'application/pdf'],
    [{ name: 'a.pdf' }, 'application/pdf'],
    [{ name: 'a', mimeType: 'application/octet-stream' }, 'image/png'],
    [{ name: 'a', mimeType: '' }, 'image/png'],
    [{ name: 'a.csv', mimeType: 'text/plain' }, 'text/csv'],
    [{ name: 'a.docx' }, officeTypes.docx],
    [{ name: 'a.of an unknown kind' }, 'image/png'],
    [{ name: 'a.constructor' }, 'image/png'],
  ])('fits: %j as %s', (said, mimeType) => {
    expect(mismatches(said, mimeType)).toEqual([]);
  });

  it.each([
    [{ name: 'a.pdf' }, 'image/png', 1],
    [{ name: 'a', mimeType: 'application/pdf' }, 'image/png', 1],
    [{ name: 'a.docx', mimeType: officeTypes.docx }, 'application/zip', 2],
    [{ name: 'a.jpeg', mimeType: 'x'.repeat(5_000) }, 'application/x-executable', 2],
  ])('does not fit: %j as %s', (said, mimeType, count) => {
    const found = mismatches(said, mimeType);
    expect(found).toHaveLength(count);
    for (const sentence of found) {
      expect(sentence).toContain(mimeType);
      expect(sentence.length).toBeLessThan(300);
    }
  });

  it.each([
    [{ name: 'a.CSV' }, true],
    [{ name: 'a.tsv' }, true],
    [{ name: 'a', mimeType: 'text/csv; header=present' }, true],
    [{ name: 'a.txt', mimeType: 'text/plain' }, false],
    [{ name: 'csv' }, false],
  ])('makes text a table or not: %j', (said, table) => {
    expect(saysTable(said)).toBe(table);
  });
});

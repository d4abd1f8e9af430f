/**
 * RFC 4180 with a line for the names. A text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP says; numbers
 * stay numbers.
 */
export function csvOf(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = String(value);
  const inert = /^\s*[=+\-@\t\r\n|%]/u.test(text) || /^[＝＋－＠]/u.test(text) ? `'${text}` : text;
  return /[",\r\n;']/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

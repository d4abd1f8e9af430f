/** A text as PostgreSQL can keep it: without U+0000 and lone surrogates (each becomes U+FFFD), at most `limit` UTF-16 units long. */
export function columnText(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.toWellFormed().replaceAll('\0', '\uFFFD');
}

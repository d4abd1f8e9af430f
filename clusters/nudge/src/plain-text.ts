/** Line breaks, every control character, and the characters that reverse the direction of what follows. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;
/** The same, but for line feed and tab. */
const unprintableInText = /[^\P{Cc}\n\t]+|[\u202a-\u202e\u2066-\u2069]+/gu;

/** One line of at most 200 characters unless told otherwise: what a header may hold. Line breaks become spaces, so nothing after them is read as a header. */
export function asSubject(text: string, maxLength = 200): string {
  const line = text.toWellFormed().replace(unprintable, ' ').replace(/\s+/g, ' ').trim();
  return clip(line, maxLength).trim();
}

/** Plain text of at most 10,000 characters unless told otherwise, its line breaks as `\n`. */
export function asBody(text: string, maxLength = 10_000): string {
  return clip(
    text
      .toWellFormed()
      .replace(/\r\n?|[\u2028\u2029]/g, '\n')
      .replace(unprintableInText, ''),
    maxLength,
  );
}

/** Cuts without leaving half of a surrogate pair. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

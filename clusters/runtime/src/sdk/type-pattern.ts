const segment = '[a-z0-9][a-z0-9_-]*';
const typePattern = new RegExp(`^${segment}(\\.${segment})*$`);
const maxLength = 120;

/** Whether a text is an event type: dotted lower-case words, at most 120 characters, for example `document.version.added`. */
export function isEventType(text: string): boolean {
  return text.length <= maxLength && typePattern.test(text);
}

/** Whether a text is an event type, a prefix of one that ends in `.*`, or `*`. */
export function isTypePattern(text: string): boolean {
  return text === '*' || isEventType(text.endsWith('.*') ? text.slice(0, -2) : text);
}

/**
 * Every pattern that an event type matches, the most specific first: `a.b.c`, `a.b.*`, `a.*`, `*`.
 * A table of patterns is searched with these as keys, so a lookup needs no scan.
 */
export function patternsFor(type: string): readonly string[] {
  const words = type.split('.');
  const prefixes = words.slice(1).map((_, index) => `${words.slice(0, words.length - 1 - index).join('.')}.*`);
  return [type, ...prefixes, '*'];
}

/** Whether everything that `inner` matches is matched by `outer` too. */
export function patternCovers(outer: string, inner: string): boolean {
  if (outer === '*' || outer === inner) return true;
  return outer.endsWith('.*') && inner.startsWith(outer.slice(0, -1));
}

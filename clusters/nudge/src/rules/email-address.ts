const local = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * Whether a text is an address that mail can go to without quoting: the dot-atom form of RFC 5321, in ASCII, at most 254 characters with at most
 * 64 before the "@", a domain of at least two labels. Narrower than the standard on purpose: nothing in it can end a header or start an option.
 */
export function isEmailAddress(text: string): boolean {
  if (text.length > 254) return false;
  const at = text.lastIndexOf('@');
  const name = text.slice(0, Math.max(at, 0));
  const labels = text.slice(at + 1).split('.');
  if (name.length > 64 || name.startsWith('-') || !local.test(name)) return false;
  return labels.length > 1 && labels.every((part) => label.test(part)) && !/^[0-9]+$/.test(labels.at(-1) ?? '');
}

import type { IncomingHttpHeaders } from 'node:http';

/** A header that is kept by its name is shortened to this. */
const namedLength = 1_024;
/** What is kept by a prefix is what senders chose freely, so all of it together is bounded; a value that does not fit is left out, never shortened. */
const prefixedCount = 50;
const prefixedLength = 16_384;

/** The headers that a source's adapter asked for; a name that ends in `*` asks for every header with that prefix. */
export function keptHeaders(names: readonly string[], headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    if (name.endsWith('*')) keepPrefixed(kept, name.slice(0, -1), headers);
    else {
      const value = headers[name];
      if (typeof value === 'string') kept[name] = value.slice(0, namedLength);
    }
  }
  return kept;
}

function keepPrefixed(kept: Record<string, string>, prefix: string, headers: IncomingHttpHeaders): void {
  let count = 0;
  let length = 0;
  for (const name in headers) {
    const value = headers[name];
    if (!name.startsWith(prefix) || typeof value !== 'string') continue;
    const total = length + name.length + value.length;
    if (total > prefixedLength) continue;
    kept[name] = value;
    length = total;
    count += 1;
    if (count === prefixedCount) return;
  }
}

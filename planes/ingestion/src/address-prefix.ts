import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network that an address belongs to, as coarse as a count of refusals may remember it: /24 for IPv4 (also when mapped into IPv6), /48 for
 * IPv6, `unknown` for anything else.
 */
export function addressPrefix(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return addressPrefix(mapped);
  if (isIPv4(address)) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  const plain = address.split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return 'unknown';
  return `${firstGroups(plain)}::/48`;
}

function firstGroups(address: string): string {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted quad at the end stands for two groups.
  const groups = (parts: readonly string[]) => parts.reduce((count, part) => count + (part.includes('.') ? 2 : 1), 0);
  const missing = tail === undefined ? 0 : 8 - groups(before) - groups(after);
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  return all
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

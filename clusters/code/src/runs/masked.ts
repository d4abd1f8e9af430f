import { isMembers } from '../json.ts';

const secretName = /authorization|password|passphrase|secret|token|cookie|api[-_]?key|credential/i;

/** The value with every member masked whose name says that it is a credential. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (!isMembers(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, secretName.test(name) ? '***' : masked(member)]));
}

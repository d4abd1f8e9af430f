import type { KeyObject } from 'node:crypto';

/** Whether one of the keys passes. Never stops at the first that does, so that the time does not tell which of the secrets it was. */
export function someKey(keys: readonly KeyObject[], passes: (key: KeyObject) => boolean): boolean {
  let some = false;
  for (const key of keys) some = passes(key) || some;
  return some;
}

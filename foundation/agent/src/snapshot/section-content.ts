import { hash } from 'node:crypto';
import { canonicalJson } from '../signing/canonical-json.ts';

/** What one section holds, by key. Nobody can change it; a change is a new one that shares everything else with it. */
export interface SectionContent<V> extends ReadonlyMap<string, V> {
  /** With the entries changed; a key whose value is null is taken out. */
  with(changes: Readonly<Record<string, V | null>>): SectionContent<V>;
  /** The same for the same content, however it came about; lower-case hex. What did not change since it was asked last is not hashed again. */
  sha256(): string;
}

/** A bucket for each first byte of the SHA-256 of a key: what a change of one entry costs does not grow with the others before there are many thousands. */
const buckets = 256;

interface Bucket<V> {
  readonly entries: ReadonlyMap<string, V>;
  digest: string | undefined;
}

export function emptySection<V>(): SectionContent<V> {
  const nothing: Bucket<V> = { entries: new Map(), digest: undefined };
  return contentOf<V>(
    Array.from({ length: buckets }, () => nothing),
    0,
  );
}

function contentOf<V>(held: readonly Bucket<V>[], size: number): SectionContent<V> {
  let digest: string | undefined;

  function entriesBeside(key: string): ReadonlyMap<string, V> | undefined {
    return held[indexOf(key)]?.entries;
  }

  function* entries(): MapIterator<[string, V]> {
    for (const bucket of held) yield* bucket.entries;
  }

  function* keys(): MapIterator<string> {
    for (const bucket of held) yield* bucket.entries.keys();
  }

  function* values(): MapIterator<V> {
    for (const bucket of held) yield* bucket.entries.values();
  }

  const content: SectionContent<V> = {
    size,
    get: (key) => entriesBeside(key)?.get(key),
    has: (key) => entriesBeside(key)?.has(key) ?? false,
    entries,
    keys,
    values,
    [Symbol.iterator]: entries,
    forEach(callback, self) {
      for (const [key, value] of entries()) callback.call(self, value, key, content);
    },
    with(changes) {
      const changed = [...held];
      const fresh = new Map<number, Map<string, V>>();
      let count = size;
      for (const [key, value] of Object.entries(changes)) {
        const index = indexOf(key);
        const bucket = fresh.get(index) ?? new Map(changed[index]?.entries);
        fresh.set(index, bucket);
        count -= bucket.size;
        if (value === null) bucket.delete(key);
        else bucket.set(key, value as V);
        count += bucket.size;
      }
      for (const [index, bucket] of fresh) changed[index] = { entries: bucket, digest: undefined };
      return contentOf(changed, count);
    },
    sha256() {
      digest ??= hash('sha256', held.map(digestOf).join('\n'), 'hex');
      return digest;
    },
  };
  return Object.freeze(content);
}

function indexOf(key: string): number {
  return hash('sha256', key, 'buffer')[0] ?? 0;
}

function digestOf(bucket: Bucket<unknown>): string {
  bucket.digest ??= hash('sha256', canonicalJson([...bucket.entries].sort(([one], [other]) => (one < other ? -1 : 1))), 'hex');
  return bucket.digest;
}

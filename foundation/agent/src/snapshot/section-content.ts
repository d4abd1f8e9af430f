import { hash } from 'node:crypto';
import { canonicalJson } from '../signing/canonical-json.ts';

/** What one section holds, by key. Nobody can change it; a change is a new one that shares everything else with it. */
export interface SectionContent<V> extends ReadonlyMap<string, V> {
  /** With the entries changed; a key whose value is null is taken out. Values are frozen. */
  with(changes: Readonly<Record<string, V | null>>): SectionContent<V>;
  /** The same for the same content, however it came about; lower-case hex. What did not change since it was asked last is not hashed again. */
  sha256(): string;
  /** The canonical text of each bucket, from which `sectionFromTexts` makes the same content. */
  texts(): readonly string[];
}

/** A bucket for each first byte of the SHA-256 of a key: nobody can choose keys that all meet in one of them. */
const bucketCount = 256;

interface Bucket<V> {
  readonly entries: ReadonlyMap<string, V>;
  text: string | undefined;
  digest: string | undefined;
}

/**
 * In which bucket a key is, so that a look-up hashes nothing. Shared by all that came from one another: it may know keys that one of them has not, and
 * never misses one.
 */
type Places = Map<string, number>;

const marked: unique symbol = Symbol('section content');

export function emptySection<V>(): SectionContent<V> {
  const nothing: Bucket<V> = { entries: new Map(), text: undefined, digest: undefined };
  const held = Array.from({ length: bucketCount }, () => nothing);
  return contentOf<V>(held, 0, new Map());
}

/**
 * The content whose `texts` these are; what they say is checked by comparing its `sha256`. `read` makes each value from parsed JSON.
 * @throws SyntaxError for what is no JSON, TypeError for what is no list of entries, and what `read` throws
 */
export function sectionFromTexts<V>(texts: readonly string[], read: (key: string, value: unknown) => V): SectionContent<V> {
  const places: Places = new Map();
  let size = 0;
  const held = Array.from({ length: bucketCount }, (_, index): Bucket<V> => {
    const text = texts[index] ?? '[]';
    const entries = new Map<string, V>();
    for (const [key, value] of JSON.parse(text) as [string, unknown][]) {
      entries.set(key, freezeDeep(read(key, value)));
      places.set(key, index);
    }
    size += entries.size;
    return { entries, text, digest: undefined };
  });
  return contentOf(held, size, places);
}

/** Whether it is one that nobody can change. */
export function isSectionContent<V>(map: ReadonlyMap<string, V>): map is SectionContent<V> {
  return marked in map;
}

/** Keys whose values differ; of contents that came from one another only what was changed is looked at. */
export function changedKeys<V>(before: ReadonlyMap<string, V>, after: ReadonlyMap<string, V>): readonly string[] {
  if (before === after) return [];
  const parts: readonly (readonly [ReadonlyMap<string, V>, ReadonlyMap<string, V>])[] =
    isSectionContent(before) && isSectionContent(after) ? differingParts(before, after) : [[before, after]];
  return parts.flatMap(([older, newer]) => [
    ...[...newer].filter(([key, value]) => !older.has(key) || !isSame(older.get(key), value)).map(([key]) => key),
    ...[...older.keys()].filter((key) => !newer.has(key)),
  ]);
}

function differingParts<V>(
  before: SectionContent<V>,
  after: SectionContent<V>,
): (readonly [ReadonlyMap<string, V>, ReadonlyMap<string, V>])[] {
  const older = bucketsOf(before);
  return bucketsOf(after).flatMap((bucket, index) => {
    const other = older[index];
    return other === undefined || other === bucket ? [] : [[other.entries, bucket.entries] as const];
  });
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || canonicalJson(one) === canonicalJson(other);
}

function bucketsOf<V>(content: SectionContent<V>): readonly Bucket<V>[] {
  return (content as unknown as { readonly [marked]: readonly Bucket<V>[] })[marked];
}

function contentOf<V>(held: readonly Bucket<V>[], size: number, places: Places): SectionContent<V> {
  let digest: string | undefined;

  function entriesBeside(key: string): ReadonlyMap<string, V> | undefined {
    const place = places.get(key);
    return place === undefined ? undefined : held[place]?.entries;
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

  const content: SectionContent<V> & { readonly [marked]: readonly Bucket<V>[] } = {
    [marked]: held,
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
      const changed = new Map<number, Map<string, V>>();
      let count = size;
      for (const [key, value] of Object.entries(changes)) {
        const place = places.get(key) ?? placeOf(key);
        const bucket = changed.get(place) ?? new Map(held[place]?.entries);
        changed.set(place, bucket);
        count -= bucket.size;
        if (value === null) bucket.delete(key);
        else bucket.set(key, freezeDeep(value as V));
        count += bucket.size;
        if (value !== null) places.set(key, place);
      }
      const next = [...held];
      for (const [place, bucket] of changed) next[place] = { entries: bucket, text: undefined, digest: undefined };
      return contentOf(next, count, places.size > 2 * count + 1_000 ? placesIn(next) : places);
    },
    sha256() {
      digest ??= hash('sha256', held.map(digestOf).join('\n'), 'hex');
      return digest;
    },
    texts: () => held.map(textOf),
  };
  return Object.freeze(content);
}

/** Without the keys that have gone, once they are more than those that are there. */
function placesIn(held: readonly Bucket<unknown>[]): Places {
  return new Map(held.flatMap(({ entries }, place) => [...entries.keys()].map((key) => [key, place] as const)));
}

function placeOf(key: string): number {
  return hash('sha256', key, 'buffer')[0] ?? 0;
}

function textOf(bucket: Bucket<unknown>): string {
  bucket.text ??= canonicalJson([...bucket.entries].sort(([one], [other]) => (one < other ? -1 : 1)));
  return bucket.text;
}

function digestOf(bucket: Bucket<unknown>): string {
  bucket.digest ??= hash('sha256', textOf(bucket), 'hex');
  return bucket.digest;
}

function freezeDeep<V>(value: V): V {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) if (typeof member === 'object') freezeDeep(member);
  return Object.freeze(value);
}

import fc from 'fast-check';

/** A change of a JSON text that keeps it JSON: a member or item is dropped, replaced, renamed, repeated or buried. */
export interface JsonMutation {
  readonly at: number;
  readonly how: 'drop' | 'replace' | 'rename' | 'repeat' | 'bury';
  readonly value: fc.JsonValue;
}

/** A change of bytes: some are flipped, put in or cut off. */
export interface BytesMutation {
  readonly at: number;
  readonly how: 'flip' | 'insert' | 'cut';
  readonly bytes: Uint8Array;
}

/** A change of headers: one is dropped, set, lengthened, cut, changed in a character, or sent twice. */
export interface HeaderMutation {
  readonly at: number;
  readonly how: 'drop' | 'set' | 'append' | 'cut' | 'flip' | 'twice';
  readonly name: string;
  readonly text: string;
}

const hostileValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<fc.JsonValue[]>('', '0', 'null', -1, 2 ** 53, 1e300, '\0', '\ud800', '__proto__', 'x'.repeat(3_000), [], {}, [[]]),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

export const jsonMutation: fc.Arbitrary<JsonMutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('drop', 'replace', 'rename', 'repeat', 'bury'),
  value: hostileValue,
});

export const bytesMutation: fc.Arbitrary<BytesMutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('flip', 'insert', 'cut'),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
});

/** What a header can hold on the wire: HTTP refuses the rest before anybody looks at it. */
const headerText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'aZ09 ,;="%\\/:.-_+', '\t', '\u00e9', '\u00ff'), maxLength: 60 }),
  fc.constantFrom('v1,', '%C0%A0', 'Bearer ', 'application/cloudevents+json', 'application/cloudevents-batch+json', 'x'.repeat(2_000)),
);

export function headerMutation(names: readonly string[]): fc.Arbitrary<HeaderMutation> {
  return fc.record({
    at: fc.nat(),
    how: fc.constantFrom('drop', 'set', 'append', 'cut', 'flip', 'twice'),
    name: fc.constantFrom(...names, 'svix-id', 'svix-signature', 'svix-timestamp', 'ce-x', 'content-encoding', 'x-forwarded-for'),
    text: headerText,
  });
}

export function mutateJson(text: string, mutation: JsonMutation): string {
  const root = { value: JSON.parse(text) as unknown };
  const places = placesIn(root);
  const place = places[mutation.at % places.length];
  if (place === undefined) return text;
  change(place.holder, place.name, mutation);
  return JSON.stringify(root.value) ?? 'null';
}

type Holder = Record<string, unknown> | unknown[];

function placesIn(holder: Holder): { holder: Holder; name: string }[] {
  return Object.entries(holder).flatMap(([name, value]) => {
    const here = { holder, name };
    return typeof value === 'object' && value !== null ? [here, ...placesIn(value as Holder)] : [here];
  });
}

function change(holder: Holder, name: string, { how, value }: JsonMutation): void {
  const target = holder as Record<string, unknown>;
  const before = target[name];
  if (how === 'replace') target[name] = value;
  if (how === 'bury') target[name] = { [JSON.stringify(value).slice(0, 20)]: [before] };
  if (how === 'repeat') target[name] = Array.isArray(before) ? before.flatMap((item) => [item, item]) : [before, before];
  if (how === 'drop' || how === 'rename') {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete target[name];
  }
  if (how === 'rename' && !Array.isArray(holder)) target[typeof value === 'string' ? value : `${name}_`] = before;
}

export function mutateBytes(body: Buffer, { at, how, bytes }: BytesMutation): Buffer {
  const place = body.length === 0 ? 0 : at % body.length;
  if (how === 'insert') return Buffer.concat([body.subarray(0, place), bytes, body.subarray(place)]);
  if (how === 'cut') return body.subarray(0, place);
  const flipped = Buffer.from(body);
  for (const [offset, byte] of bytes.entries()) {
    const index = (place + offset) % Math.max(1, flipped.length);
    flipped[index] = (flipped[index] ?? 0) ^ byte;
  }
  return flipped;
}

export function mutateHeaders(headers: Record<string, string | string[]>, { at, how, name, text }: HeaderMutation): void {
  const value = String(headers[name] ?? '');
  const place = value.length === 0 ? 0 : at % value.length;
  if (how === 'drop') delete headers[name];
  if (how === 'set') headers[name] = text;
  if (how === 'append') headers[name] = value + text;
  if (how === 'cut') headers[name] = value.slice(0, place);
  if (how === 'twice') headers[name] = [value, text];
  if (how === 'flip' && value !== '') headers[name] = value.slice(0, place) + (value[place] === 'x' ? 'y' : 'x') + value.slice(place + 1);
}

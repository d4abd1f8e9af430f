import { errors } from '../errors.ts';

/** Reads a value that has a certain shape, and throws AGENT_SECTION_MALFORMED with the place `at` for any other. */
export type Shape<T> = (value: unknown, at: string) => T;

/** Whatever it is: for what is looked at where it is used. */
export function anything<T>(): Shape<T> {
  return (value) => value as T;
}

export const yesOrNo: Shape<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw errors.SECTION_MALFORMED(at, 'is not true or false');
  return value;
};

/** Text of 1 to `max` UTF-16 code units that fits `pattern`. */
export function text(max: number, pattern?: RegExp): Shape<string> {
  return (value, at) => {
    if (typeof value !== 'string') throw errors.SECTION_MALFORMED(at, 'is not text');
    if (value.length === 0 || value.length > max) throw errors.SECTION_MALFORMED(at, `has not 1 to ${max} characters`);
    if (pattern !== undefined && !pattern.test(value)) throw errors.SECTION_MALFORMED(at, `does not fit ${pattern.source}`);
    return value;
  };
}

export function oneOf<const Word extends string | number>(words: readonly Word[]): Shape<Word> {
  return (value, at) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw errors.SECTION_MALFORMED(at, `is not one of ${words.join(', ')}`);
    return word;
  };
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? null : shape(value, at));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw errors.SECTION_MALFORMED(at, 'is not a list');
    return value.map((item, index) => shape(item, `${at}/${index}`));
  };
}

/** Texts of 1 to `max` UTF-16 code units by names that nothing is said of. */
export function texts(max: number): Shape<Readonly<Record<string, string>>> {
  const one = text(max);
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw errors.SECTION_MALFORMED(at, 'is not an object');
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, one(item, `${at}/${name}`)]));
  };
}

/** Exactly these members. One that nobody knows could restrict what the others say, so it is not passed over. */
export function record<T extends object>(members: { readonly [Name in keyof T]: Shape<T[Name]> }): Shape<T> {
  const shapes = Object.entries(members) as [string, Shape<unknown>][];
  const names = new Set(shapes.map(([name]) => name));
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw errors.SECTION_MALFORMED(at, 'is not an object');
    for (const name of Object.keys(value)) {
      if (!names.has(name)) throw errors.SECTION_MALFORMED(at, 'has a member that this release does not know');
    }
    const entries = shapes.map(([name, shape]) => {
      if (!Object.hasOwn(value, name)) throw errors.SECTION_MALFORMED(`${at}/${name}`, 'is missing');
      return [name, shape((value as Record<string, unknown>)[name], `${at}/${name}`)];
    });
    return Object.fromEntries(entries) as T;
  };
}

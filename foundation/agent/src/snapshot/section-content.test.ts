import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedKeys, emptySection, isSectionContent, type SectionContent, sectionFromTexts } from './section-content.ts';

type Value = { readonly of: number };
const key = fc.string({ unit: 'grapheme', maxLength: 4 });
const value = fc.record({ of: fc.nat({ max: 5 }) });
const changes = fc.array(fc.dictionary(key, fc.option(value), { maxKeys: 12 }), { maxLength: 8 });

function apply(content: SectionContent<Value>, steps: readonly Record<string, Value | null>[]): SectionContent<Value> {
  return steps.reduce((before, step) => before.with(step), content);
}

function model(steps: readonly Record<string, Value | null>[]): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const step of steps) {
    for (const [name, one] of Object.entries(step)) {
      if (one === null) map.delete(name);
      else map.set(name, one);
    }
  }
  return map;
}

const thousands = Object.fromEntries(Array.from({ length: 10_000 }, (_, of) => [`tenant-${of}`, { of }]));

describe('the content of a section', () => {
  it('is the map that its changes make, and hashes as if it had been made at once', () => {
    fc.assert(
      fc.property(changes, (steps) => {
        const content = apply(emptySection(), steps);
        const map = model(steps);
        const rebuilt = emptySection<Value>().with(Object.fromEntries(map));
        expect(new Map(content)).toEqual(map);
        expect(content.size).toBe(map.size);
        for (const [name, one] of map) expect([content.has(name), content.get(name)]).toEqual([true, one]);
        expect([...content.keys()].map((name) => content.get(name))).toEqual([...content.values()]);
        expect(content.sha256()).toBe(rebuilt.sha256());
        expect(content.texts()).toEqual(rebuilt.texts());
      }),
    );
  });

  it('never changes itself, nor what came from it', () => {
    fc.assert(
      fc.property(changes, changes, (first, second) => {
        const before = apply(emptySection(), first);
        const [map, digest] = [new Map(before), before.sha256()];
        apply(before, second);
        expect(new Map(before)).toEqual(map);
        for (const name of second.flatMap((step) => Object.keys(step))) expect(before.has(name)).toBe(map.has(name));
        expect(before.sha256()).toBe(digest);
      }),
    );
  });

  it('differs in its digest where it differs in anything', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.dictionary(key, value), (one, other) => {
        const isEqual = changedKeys(new Map(Object.entries(one)), new Map(Object.entries(other))).length === 0;
        expect(emptySection<Value>().with(one).sha256() === emptySection<Value>().with(other).sha256()).toBe(isEqual);
      }),
    );
  });

  it('comes back from its texts with the same digest', () => {
    fc.assert(
      fc.property(changes, (steps) => {
        const content = apply(emptySection(), steps);
        const back = sectionFromTexts(content.texts(), (_, one) => one as Value);
        expect(new Map(back)).toEqual(new Map(content));
        expect(back.sha256()).toBe(content.sha256());
        expect(back.with({ more: { of: 1 } }).sha256()).toBe(content.with({ more: { of: 1 } }).sha256());
      }),
    );
  });

  it('touches one bucket when one of 10,000 entries changes', () => {
    const before = emptySection<Value>().with(thousands);
    const after = before.with({ 'tenant-77': { of: 1 } });
    const texts = before.texts();
    expect(after.texts().filter((text, place) => text !== texts[place])).toHaveLength(1);
    expect(after.sha256()).not.toBe(before.sha256());
    expect(after.get('tenant-78')).toBe(before.get('tenant-78'));
  });

  it('forgets where keys were that have gone', () => {
    let content = emptySection<Value>();
    for (let round = 0; round < 20; round += 1) {
      const names = Array.from({ length: 500 }, (_, of) => `${round}-${of}`);
      content = content.with(Object.fromEntries(names.map((name) => [name, { of: round }])));
      content = content.with(Object.fromEntries(names.slice(1).map((name) => [name, null])));
    }
    expect(content.size).toBe(20);
    expect([...Array(20).keys()].map((round) => content.get(`${round}-0`)?.of)).toEqual([...Array(20).keys()]);
    expect(content.has('3-7')).toBe(false);
  });

  it('cannot be changed by whoever holds it', () => {
    const given = { of: 1 };
    const content = emptySection<Value>().with({ a: given }) as SectionContent<{ of: number }>;
    expect(() => Object.assign(content.get('a') ?? {}, { of: 2 })).toThrow(TypeError);
    expect(() => Object.assign(content, { size: 7 })).toThrow(TypeError);
    expect('set' in content).toBe(false);
    expect(isSectionContent(content)).toBe(true);
    expect(isSectionContent(new Map())).toBe(false);
  });

  it('calls back for each entry, as a map does', () => {
    const seen: unknown[] = [];
    const content = emptySection<Value>().with({ a: { of: 1 } });
    content.forEach(function (this: unknown, one, name, map) {
      seen.push([this, one, name, map]);
    }, 'self');
    expect(seen).toEqual([['self', { of: 1 }, 'a', content]]);
  });
});

describe('what changed between two', () => {
  it('is what a comparison of every entry finds, whatever kind of map they are', () => {
    fc.assert(
      fc.property(changes, changes, (first, second) => {
        const before = apply(emptySection(), first);
        const after = apply(before, second);
        const all = new Set([...before.keys(), ...after.keys()]);
        const expected = [...all].filter((name) => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name))).sort();
        expect([...changedKeys(before, after)].sort()).toEqual(expected);
        expect([...changedKeys(new Map(before), after)].sort()).toEqual(expected);
        expect(changedKeys(after, after)).toEqual([]);
      }),
    );
  });
});

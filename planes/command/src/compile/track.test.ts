import { emptySection, type SectionContent } from '@etis/agent';
import type { SectionStamp } from '@etis/contracts/snapshot';
import type { Tenant } from '@etis/contracts/tenancy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTrack } from './track.ts';

const tenant = (id: string, name = id): Tenant => ({ id, name, status: 'active' });
const ids = ['acme', 'birch', 'cedar', 'dogwood'] as const;
const changes = fc.array(
  fc.dictionary(fc.constantFrom(...ids), fc.option(fc.constantFrom('one', 'two', 'three')), { minKeys: 1, noNullPrototype: true }),
  { maxLength: 12 },
);

function entriesOf(change: Readonly<Record<string, string | null>>): Record<string, Tenant | null> {
  return Object.fromEntries(Object.entries(change).map(([id, name]) => [id, name === null ? null : tenant(id, name)]));
}

describe('a track', () => {
  it('brings everybody up to date, from wherever they come', () => {
    fc.assert(
      fc.property(changes, (history) => {
        const track = createTrack('tenants');
        const held: { stamp: SectionStamp; content: SectionContent<Tenant> }[] = [];
        for (const [index, change] of history.entries()) {
          track.change(entriesOf(change), index + 1);
          held.push({ stamp: track.stamp(), content: track.content() });
        }
        for (const { stamp, content } of held) {
          const { whole, entries } = track.since(stamp);
          const from = whole ? emptySection<Tenant>() : content;
          expect(from.with(JSON.parse(entries)).sha256()).toBe(track.stamp().sha256);
        }
        const { whole, entries } = track.since(undefined);
        expect(whole).toBe(true);
        expect(emptySection<Tenant>().with(JSON.parse(entries)).sha256()).toBe(track.stamp().sha256);
      }),
    );
  });

  it('has nothing to say where a change says nothing new', () => {
    const track = createTrack('tenants');
    expect(track.change({ acme: tenant('acme') }, 1)).toBe(true);
    const before = track.stamp();
    expect(track.change({ acme: tenant('acme'), birch: null }, 2)).toBe(false);
    expect(track.stamp()).toEqual(before);
  });

  it('names what changed since, and what is gone', () => {
    const track = createTrack('tenants');
    track.change({ acme: tenant('acme'), birch: tenant('birch'), cedar: tenant('cedar') }, 1);
    const held = track.stamp();
    track.change({ birch: tenant('birch', 'Birch') }, 2);
    track.change({ acme: null }, 3);
    const { whole, entries } = track.since(held);
    expect({ whole, entries: JSON.parse(entries) }).toEqual({ whole: false, entries: { birch: tenant('birch', 'Birch'), acme: null } });
  });

  it('is sent whole to who holds what was never here, or was here too long ago', () => {
    const track = createTrack('tenants');
    track.change({ acme: tenant('acme') }, 1);
    const old = track.stamp();
    expect(track.since({ version: 1, sha256: '0'.repeat(64) }).whole).toBe(true);
    for (let version = 2; version <= 1_001; version += 1) track.change({ acme: tenant('acme', `Acme ${version}`) }, version);
    expect(track.since(old).whole).toBe(false);
    track.change({ acme: tenant('acme', 'Acme') }, 1_002);
    expect(track.since(old).whole).toBe(true);
  });
});

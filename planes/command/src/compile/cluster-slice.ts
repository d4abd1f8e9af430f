import type { SectionName, SectionValues } from '@etis/contracts/snapshot';
import type { ClusterId, TenantId } from '@etis/contracts/tenancy';
import type { Slice, Touched, Tracks } from './slice-compiler.ts';
import { createTrack, type Track } from './track.ts';
import { forTenants } from './visible.ts';

/** What one cluster sees: itself, its own placements, their tenants, and its product's configuration as far as it is about them. */
export interface ClusterSlice extends Slice {
  /** Looks at the keys again that a change concerns; the tracks that it changed. */
  take(touched: Touched, version: number): readonly Track[];
}

export function createClusterSlice(id: ClusterId, everything: Tracks): ClusterSlice {
  const tracks = {
    tenants: createTrack('tenants'),
    clusters: createTrack('clusters'),
    placements: createTrack('placements'),
    configuration: createTrack('configuration'),
  };
  type Own = keyof typeof tracks;
  let known: ReadonlySet<TenantId> = new Set();

  const values: { readonly [Name in Own]: (key: string) => SectionValues[Name] | null } = {
    clusters: (key) => (key === id ? (everything.clusters.content().get(key) ?? null) : null),
    placements(tenant) {
      const own = (everything.placements.content().get(tenant) ?? []).filter(({ cluster }) => cluster === id);
      return own.length === 0 ? null : own;
    },
    tenants: (tenant) => (tracks.placements.content().has(tenant) ? (everything.tenants.content().get(tenant) ?? null) : null),
    configuration(key) {
      const entry = everything.configuration.content().get(key);
      const product = everything.clusters.content().get(id)?.product;
      if (entry === undefined || entry.declaration.product !== product) return null;
      return forTenants(entry, (tenant) => tracks.placements.content().has(tenant));
    },
  };

  function look<Name extends Own>(name: Name, keys: Iterable<string>, version: number): readonly Track[] {
    const track = tracks[name] as unknown as Track<Name>;
    const entries = Object.fromEntries([...keys].map((key) => [key, values[name](key)]));
    return track.change(entries as Record<string, SectionValues[Name] | null>, version) ? [track as Track] : [];
  }

  return {
    tracks: new Map(Object.entries(tracks)) as unknown as ReadonlyMap<SectionName, Track>,
    tenants: () => known,
    take(touched, version) {
      const concerned = (name: SectionName) => touched.get(name) ?? new Set<string>();
      const clusters = look('clusters', concerned('clusters').has(id) ? [id] : [], version);
      const members = tracks.placements.content();
      const placements = look('placements', concerned('placements'), version);
      const isAnother =
        placements.length > 0 && [...concerned('placements')].some((key) => members.has(key) !== tracks.placements.content().has(key));
      const tenants = look('tenants', new Set([...concerned('tenants'), ...concerned('placements')]), version);
      if (isAnother) known = new Set(tracks.placements.content().keys());
      // Who is known decides what of every parameter and flag is, so that all of them are looked at where that changed.
      const keys = isAnother || clusters.length > 0 ? everything.configuration.content().keys() : concerned('configuration');
      return [...clusters, ...placements, ...tenants, ...look('configuration', new Set(keys), version)];
    },
  };
}

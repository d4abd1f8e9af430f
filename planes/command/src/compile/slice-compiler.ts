import type { KnownTenants } from '@etis/agent';
import type { SubscriberIdentity } from '@etis/contracts/link';
import { type GovernanceChange, type GovernanceFeed, type SectionName, type SectionValues, sectionNames } from '@etis/contracts/snapshot';
import { createClusterSlice } from './cluster-slice.ts';
import { createTrack, type Track } from './track.ts';
import { withoutSecrets } from './visible.ts';

/** What one kind of subscriber sees: a track for each of its sections. */
export interface Slice {
  readonly tracks: ReadonlyMap<SectionName, Track>;
  /** Whose tenants' names and data are in it. */
  tenants(): KnownTenants;
}

/** The governed state cut for subscribers, in memory. What a change costs follows the change: only the keys that it names are looked at. */
export interface SliceCompiler extends GovernanceFeed {
  /** The version of the governed state that is compiled; 0 before the first. */
  version(): number;
  /** What a subscriber sees; the same object for all that see the same. */
  slice(identity: Pick<SubscriberIdentity, 'kind' | 'scope'>): Slice;
  /** Calls back after each change with the tracks that it changed, none where it concerns nobody; returns the way to stop that. */
  subscribe(callback: (changed: ReadonlySet<Track>) => void): () => void;
}

export type Tracks = { readonly [Name in SectionName]: Track<Name> };
/** The keys that a change concerns, by section. */
export type Touched = ReadonlyMap<SectionName, ReadonlySet<string>>;

const seen: Readonly<Record<Exclude<SubscriberIdentity['kind'], 'cluster'>, readonly SectionName[]>> = {
  edge: ['tenants', 'connections', 'data-keys'],
  ingestion: ['tenants', 'connections', 'data-keys'],
  router: ['tenants', 'clusters', 'placements', 'connections', 'resolver', 'subscriptions', 'configuration'],
  dispatcher: ['tenants', 'clusters', 'placements', 'resolver', 'subscriptions', 'configuration'],
  worker: ['tenants', 'configuration'],
};

export function createSliceCompiler(): SliceCompiler {
  const everything = Object.fromEntries(sectionNames.map((name) => [name, createTrack(name)])) as unknown as Tracks;
  const publicConnections = createTrack('connections');
  const clusters = new Map<string, ReturnType<typeof createClusterSlice>>();
  const subscribers = new Set<(changed: ReadonlySet<Track>) => void>();
  let version = 0;

  const slices = Object.fromEntries(
    Object.entries(seen).map(([kind, names]) => {
      const trackOf = (name: SectionName): Track =>
        kind === 'router' && name === 'connections' ? (publicConnections as Track) : (everything[name] as Track);
      const slice: Slice = { tracks: new Map(names.map((name) => [name, trackOf(name)])), tenants: () => 'all' };
      return [kind, slice];
    }),
  );

  /** With `from` null whatever is not named any more is gone. */
  function entriesOf<Name extends SectionName>(
    name: Name,
    { from, sections }: GovernanceChange,
  ): Record<string, SectionValues[Name] | null> {
    const named = (sections[name] ?? {}) as Readonly<Record<string, SectionValues[Name] | null>>;
    if (from !== null) return { ...named };
    const gone = [...everything[name].content().keys()].filter((key) => !Object.hasOwn(named, key));
    return { ...Object.fromEntries(gone.map((key) => [key, null])), ...named };
  }

  function take<Name extends SectionName>(name: Name, change: GovernanceChange, changed: Set<Track>): ReadonlySet<string> {
    const entries = entriesOf(name, change);
    const track: Track<Name> = everything[name];
    if (track.change(entries, change.version)) changed.add(track as Track);
    return new Set(Object.keys(entries));
  }

  function takePublicConnections(keys: ReadonlySet<string>, changed: Set<Track>): void {
    const content = everything.connections.content();
    const entries = [...keys].map((key) => {
      const connection = content.get(key);
      return [key, connection === undefined ? null : withoutSecrets(connection)] as const;
    });
    if (publicConnections.change(Object.fromEntries(entries), version)) changed.add(publicConnections as Track);
  }

  return {
    version: () => version,
    publish(change) {
      const changed = new Set<Track>();
      version = change.version;
      const touched: Touched = new Map(sectionNames.map((name) => [name, take(name, change, changed)]));
      takePublicConnections(touched.get('connections') ?? new Set(), changed);
      for (const cluster of clusters.values()) for (const track of cluster.take(touched, version)) changed.add(track);
      for (const callback of [...subscribers]) callback(changed);
    },
    slice({ kind, scope }) {
      const whole = slices[kind];
      if (whole !== undefined) return whole;
      const id = scope ?? '';
      let cluster = clusters.get(id);
      if (cluster === undefined) {
        cluster = createClusterSlice(id, everything);
        cluster.take(new Map(sectionNames.map((name) => [name, new Set(everything[name].content().keys())])), version);
        clusters.set(id, cluster);
      }
      return cluster;
    },
    subscribe(callback) {
      subscribers.add(callback);
      return () => void subscribers.delete(callback);
    },
  };
}

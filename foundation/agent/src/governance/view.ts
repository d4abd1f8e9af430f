import type { GovernanceView } from '@etis/contracts/governance';

/** What governs before the first view was published: nothing exists, so nothing is accepted or routed. */
export const emptyView: GovernanceView = freezeView({
  version: 0,
  tenants: new Map(),
  clusters: new Map(),
  placements: [],
  connections: new Map(),
  resolver: [],
  subscriptions: [],
  configuration: new Map(),
});

/** A copy that nobody can change, so that everyone who holds a view may keep what was derived from it. */
export function freezeView(view: GovernanceView): GovernanceView {
  return Object.freeze({
    version: view.version,
    tenants: freezeMap(view.tenants, (tenant) => Object.freeze({ ...tenant })),
    clusters: freezeMap(view.clusters, (cluster) => Object.freeze({ ...cluster })),
    placements: freezeList(view.placements, (placement) => Object.freeze({ ...placement })),
    connections: freezeMap(view.connections, (connection) =>
      Object.freeze({ ...connection, secrets: Object.freeze([...connection.secrets]) }),
    ),
    resolver: freezeList(view.resolver, (entry) => Object.freeze({ ...entry, ref: Object.freeze({ ...entry.ref }) })),
    subscriptions: freezeList(view.subscriptions, ({ product, types }) => Object.freeze({ product, types: Object.freeze([...types]) })),
    configuration: freezeMap(view.configuration, (entry) => Object.freeze({ ...entry })),
  });
}

function freezeList<T>(list: readonly T[], freeze: (item: T) => T): readonly T[] {
  return Object.freeze(list.map(freeze));
}

// Object.freeze does not reach a map's entries, so the methods that change them are taken away.
function freezeMap<V>(map: ReadonlyMap<string, V>, freeze: (value: V) => V): ReadonlyMap<string, V> {
  const copy = new Map([...map].map(([key, value]) => [key, freeze(value)]));
  const refuse = () => {
    throw new TypeError('a governance view is immutable');
  };
  return Object.freeze(Object.assign(copy, { set: refuse, delete: refuse, clear: refuse }));
}

/** Computes what is derived from a view once for each view, and forgets it with the view. */
export function oncePerView<T>(derive: (view: GovernanceView) => T): (view: GovernanceView) => T {
  const derived = new WeakMap<GovernanceView, { readonly value: T }>();
  return (view) => {
    let entry = derived.get(view);
    if (entry === undefined) {
      entry = { value: derive(view) };
      derived.set(view, entry);
    }
    return entry.value;
  };
}

import type { GovernanceView } from '@etis/contracts/governance';
import { isSectionContent } from '../snapshot/section-content.ts';

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

/** The view as nobody can change it, so that everyone who holds one may keep what was derived from it. What is frozen already is not copied. */
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
    subscriptions: freezeList(view.subscriptions, ({ product, types, filters }) =>
      Object.freeze({
        product,
        types: Object.freeze([...types]),
        ...(filters === undefined ? {} : { filters: Object.freeze({ ...filters }) }),
      }),
    ),
    configuration: freezeMap(view.configuration, (entry) => Object.freeze({ ...entry })),
  });
}

function freezeList<T>(list: readonly T[], freeze: (item: T) => T): readonly T[] {
  if (Object.isFrozen(list)) return list;
  return Object.freeze(list.map(freeze));
}

// Object.freeze does not reach a map's entries, so the methods that change them are taken away.
function freezeMap<V>(map: ReadonlyMap<string, V>, freeze: (value: V) => V): ReadonlyMap<string, V> {
  if (isSectionContent(map)) return map;
  const copy = new Map([...map].map(([key, value]) => [key, freeze(value)]));
  const refuse = () => {
    throw new TypeError('a governance view is immutable');
  };
  return Object.freeze(Object.assign(copy, { set: refuse, delete: refuse, clear: refuse }));
}

/** Computes what is derived from a part of a view once for each such part, and forgets it with the part; views share the parts that did not change. */
export function oncePerPart<Name extends keyof GovernanceView, T>(
  name: Name,
  derive: (part: GovernanceView[Name]) => T,
): (view: Pick<GovernanceView, Name>) => T {
  const derived = new WeakMap<object, { readonly value: T }>();
  return (view) => {
    const part = view[name];
    let entry = derived.get(part as object);
    if (entry === undefined) {
      entry = { value: derive(part) };
      derived.set(part as object, entry);
    }
    return entry.value;
  };
}

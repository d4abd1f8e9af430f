import type { ExternalRef } from '@etis/contracts/events';
import type { GovernanceView, ResolverEntry } from '@etis/contracts/governance';
import { oncePerPart } from './view.ts';

/** Finds where external ids belong: the first reference that has an entry decides; null where none has. */
export type Resolver = (refs: readonly ExternalRef[]) => ResolverEntry | null;

/** The resolver of a view; made once for the same entries, each look-up is a few hash accesses. */
export const createResolver: (view: Pick<GovernanceView, 'resolver'>) => Resolver = oncePerPart('resolver', (resolver) => {
  const entries = new Map(resolver.map((entry) => [keyOf(entry.ref), entry]));
  return (refs) => {
    for (const ref of refs) {
      const entry = entries.get(keyOf(ref));
      if (entry !== undefined) return entry;
    }
    return null;
  };
});

// Lengths keep ids apart that contain the separator.
function keyOf({ system, kind, id }: ExternalRef): string {
  return `${system.length}:${kind.length}:${system}${kind}${id}`;
}

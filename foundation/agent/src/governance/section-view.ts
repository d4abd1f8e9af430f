import type { GovernanceView } from '@etis/contracts/governance';
import type { SectionName, SectionValues } from '@etis/contracts/snapshot';
import type { HeldSections } from '../snapshot/held-sections.ts';
import { emptySection } from '../snapshot/section-content.ts';

/** Makes views of sections; a part whose section is the same as in the view before is that part again. */
export function createSectionView(): (held: HeldSections, version: number) => GovernanceView {
  const nothing = emptySection<never>();
  const placements = derived<'placements', GovernanceView['placements']>((content) => Object.freeze([...content.values()].flat()));
  const resolver = derived<'resolver', GovernanceView['resolver']>((content) => Object.freeze([...content.values()]));
  const subscriptions = derived<'subscriptions', GovernanceView['subscriptions']>((content) => Object.freeze([...content.values()]));
  return (held, version) => ({
    version,
    tenants: held.tenants?.content ?? nothing,
    clusters: held.clusters?.content ?? nothing,
    placements: placements(held.placements?.content ?? nothing),
    connections: held.connections?.content ?? nothing,
    resolver: resolver(held.resolver?.content ?? nothing),
    subscriptions: subscriptions(held.subscriptions?.content ?? nothing),
    configuration: held.configuration?.content ?? nothing,
  });
}

type Content<Name extends SectionName> = ReadonlyMap<string, SectionValues[Name]>;

function derived<Name extends SectionName, T>(derive: (content: Content<Name>) => T): (content: Content<Name>) => T {
  let last: { readonly content: Content<Name>; readonly value: T } | undefined;
  return (content) => {
    if (last?.content !== content) last = { content, value: derive(content) };
    return last.value;
  };
}

import { emptySection, type SectionContent } from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';
import { type GovernanceChange, type SectionName, type SectionValues, sectionNames } from '@etis/contracts/snapshot';

/** The governed state of this process as views; what a change does not concern is shared with the view before. */
export interface GovernedState {
  /** Takes a change and gives the view after it. */
  apply(change: GovernanceChange): GovernanceView;
}

type Sections = { readonly [Name in SectionName]: SectionContent<SectionValues[Name]> };

export function createGovernedState(): GovernedState {
  let sections = emptySections();
  let placements: GovernanceView['placements'] = [];
  let resolver: GovernanceView['resolver'] = [];
  let subscriptions: GovernanceView['subscriptions'] = [];

  function take(change: GovernanceChange): void {
    const before = change.from === null ? emptySections() : sections;
    const after = <Name extends SectionName>(name: Name) =>
      [name, changed<SectionValues[Name]>(before[name], change.sections[name])] as const;
    sections = Object.fromEntries(sectionNames.map(after)) as unknown as Sections;
  }

  return {
    apply(change) {
      const before = sections;
      take(change);
      if (sections.placements !== before.placements) placements = [...sections.placements.values()].flat();
      if (sections.resolver !== before.resolver) resolver = [...sections.resolver.values()];
      if (sections.subscriptions !== before.subscriptions) subscriptions = [...sections.subscriptions.values()];
      const { tenants, clusters, connections, configuration } = sections;
      return { version: change.version, tenants, clusters, placements, connections, resolver, subscriptions, configuration };
    },
  };
}

function emptySections(): Sections {
  return Object.fromEntries(sectionNames.map((name) => [name, emptySection()])) as unknown as Sections;
}

/** The same content where nothing changed. */
function changed<V>(before: SectionContent<V>, changes: Readonly<Record<string, V | null>> | undefined): SectionContent<V> {
  return changes === undefined ? before : before.with(changes);
}

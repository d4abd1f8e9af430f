import {
  createDirectives,
  createEvaluation,
  createGovernanceStore,
  type DirectivesStore,
  type GovernanceStore,
  type LocalEvaluation,
  type Subscriber,
  type Trust,
  withLeaseEnd,
} from '@etis/agent';
import type { Environment } from '@etis/contracts/configuration';
import type { Directives } from '@etis/contracts/directives';
import type { Governance } from '@etis/contracts/governance';
import type { SubscriberIdentity, SubscriberKind } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Freshness, OnLeaseEnd } from '@etis/contracts/snapshot';
import { systemClock } from '@etis/kernel';

/** Which part of a process is governed on its own: a kind, and what of it. */
export type PartChoice = Pick<SubscriberIdentity, 'kind' | 'scope'>;

/** A part of a process with what it is governed by. */
export interface GovernedPart extends PartChoice {
  readonly governance: Governance;
  /** What restricts it: operators' orders, and past the time of what governs it what the settings say. */
  readonly directives: Directives;
  readonly evaluation: LocalEvaluation;
  freshness(): Freshness;
  /** For who governs it; everybody else reads `governance`. */
  readonly store: GovernanceStore;
  readonly orders: DirectivesStore;
  /** Its link, and its name in the fleet; null before it is dialled. */
  subscriber: Subscriber | null;
  identity: SubscriberIdentity | null;
  /** What it takes for signed; null before its link is dialled. */
  trust: Trust | null;
}

/** The parts of a process, each as it was declared. */
export interface GovernedParts {
  readonly all: readonly GovernedPart[];
  /** @throws for a part that was not declared, which is a mistake of this program */
  of(kind: SubscriberKind, scope?: string | null): GovernedPart;
  has(kind: SubscriberKind): boolean;
}

interface PartSettings {
  readonly environment: Environment;
  readonly onLeaseEnd: OnLeaseEnd;
  readonly log: Log;
}

export function createGovernedParts(choices: readonly PartChoice[], settings: PartSettings): GovernedParts {
  const parts = new Map<string, GovernedPart>();
  for (const choice of choices) if (!parts.has(nameOf(choice))) parts.set(nameOf(choice), createPart(choice, settings));
  return {
    all: [...parts.values()],
    of(kind, scope = null) {
      const part = parts.get(nameOf({ kind, scope }));
      if (part === undefined) throw new Error(`no role of this process declared that it is governed as ${nameOf({ kind, scope })}`);
      return part;
    },
    has: (kind) => [...parts.values()].some((part) => part.kind === kind),
  };
}

function createPart({ kind, scope }: PartChoice, { environment, onLeaseEnd, log }: PartSettings): GovernedPart {
  const store = createGovernanceStore({ log });
  const orders = createDirectives({ clock: systemClock, log });
  const { governance } = store;
  const freshness = () => part.subscriber?.freshness() ?? 'EMPTY';
  const directives = withLeaseEnd(orders, { onLeaseEnd, freshness, clock: systemClock });
  const evaluation = createEvaluation({ governance, environment, clock: systemClock, directives, freshness });
  const part: GovernedPart = {
    kind,
    scope,
    store,
    orders,
    governance,
    directives,
    evaluation,
    freshness,
    subscriber: null,
    identity: null,
    trust: null,
  };
  return part;
}

function nameOf({ kind, scope }: PartChoice): string {
  return scope === null ? kind : `${kind}.${scope}`;
}

import {
  createDirectives,
  createEvaluation,
  createGovernanceStore,
  type DirectivesStore,
  type GovernanceStore,
  type Subscriber,
} from '@etis/agent';
import type { Environment, Evaluation } from '@etis/contracts/configuration';
import type { Governance } from '@etis/contracts/governance';
import type { SubscriberIdentity, SubscriberKind } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import { systemClock } from '@etis/kernel';

/** Which part of a process is governed on its own: a kind, and what of it. */
export type PartChoice = Pick<SubscriberIdentity, 'kind' | 'scope'>;

/** A part of a process with what it is governed by. */
export interface GovernedPart extends PartChoice {
  readonly governance: Governance;
  readonly directives: DirectivesStore;
  readonly evaluation: Evaluation;
  /** For who governs it; everybody else reads `governance`. */
  readonly store: GovernanceStore;
  /** Its link; null before it is dialled. */
  subscriber: Subscriber | null;
}

/** The parts of a process, each as it was declared. */
export interface GovernedParts {
  readonly all: readonly GovernedPart[];
  /** @throws for a part that was not declared, which is a mistake of this program */
  of(kind: SubscriberKind, scope?: string | null): GovernedPart;
  has(kind: SubscriberKind): boolean;
}

export function createGovernedParts(
  choices: readonly PartChoice[],
  { environment, log }: { environment: Environment; log: Log },
): GovernedParts {
  const parts = new Map<string, GovernedPart>();
  for (const choice of choices) if (!parts.has(nameOf(choice))) parts.set(nameOf(choice), createPart(choice, { environment, log }));
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

function createPart({ kind, scope }: PartChoice, { environment, log }: { environment: Environment; log: Log }): GovernedPart {
  const store = createGovernanceStore({ log });
  const directives = createDirectives({ clock: systemClock, log });
  const { governance } = store;
  const evaluation = createEvaluation({ governance, environment, clock: systemClock, directives });
  return { kind, scope, store, governance, directives, evaluation, subscriber: null };
}

function nameOf({ kind, scope }: PartChoice): string {
  return scope === null ? kind : `${kind}.${scope}`;
}

import {
  type DirectiveScope,
  type DirectiveTarget,
  type Rate,
  type RestrictingDirective,
  type RestrictingVerb,
  restrictingVerbs,
  scopeMembers,
  type Verdict,
} from '@etis/contracts/directives';

/** A directive in force, with the moment from which it has been. */
export interface Restriction {
  readonly directive: RestrictingDirective;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** Answers what restricts a target. */
export interface RestrictionIndex {
  verdict(target: DirectiveTarget): Verdict | null;
}

type Member = (typeof scopeMembers)[number];

/** All scopes that name the same members. Two targets that agree in those agree in what restricts them. */
interface Shape {
  readonly members: readonly Member[];
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/**
 * The restrictions by the members that their scopes name, so that a verdict costs one look-up for each combination of members that is in use,
 * however many directives are in force, and nothing while none is.
 */
export function createRestrictionIndex(restrictions: readonly Restriction[]): RestrictionIndex {
  const shapes = shapesOf(restrictions);
  return {
    verdict(target) {
      let found: Verdict | null = null;
      for (const { members, verdicts } of shapes) {
        const key = keyOf(members, target);
        const verdict = key === undefined ? undefined : verdicts.get(key);
        if (verdict !== undefined) found = found === null ? verdict : stricter(found, verdict);
      }
      return found;
    },
  };
}

function shapesOf(restrictions: readonly Restriction[]): readonly Shape[] {
  const shapes = new Map<string, { members: readonly Member[]; verdicts: Map<string, Verdict> }>();
  for (const restriction of restrictions) {
    const { scope } = restriction.directive;
    const members = scopeMembers.filter((member) => scope[member] !== undefined);
    const key = keyOf(members, scope);
    if (key === undefined) continue;
    const name = members.join();
    const shape = shapes.get(name) ?? { members, verdicts: new Map<string, Verdict>() };
    shapes.set(name, shape);
    const verdict = verdictOf(restriction);
    const known = shape.verdicts.get(key);
    shape.verdicts.set(key, known === undefined ? verdict : stricter(known, verdict));
  }
  return [...shapes.values()];
}

/** What tells targets of one shape apart; undefined for a target that lacks a member. Ids hold no line feed. */
function keyOf(members: readonly Member[], target: DirectiveScope): string | undefined {
  let key = '';
  for (const member of members) {
    const value = target[member];
    if (value === undefined) return undefined;
    key = key === '' ? value : `${key}\n${value}`;
  }
  return key;
}

function verdictOf({ directive, since }: Restriction): Verdict {
  const { verb, id, reason, rate } = directive;
  return { verb, directives: [id], reason, rate: verb === 'throttle' ? (rate ?? null) : null, since };
}

function rank(verb: RestrictingVerb): number {
  return restrictingVerbs.indexOf(verb);
}

/** Both at once. Of two with the same verb the one that took effect first gives the reason, so that the order of asking changes nothing. */
function stricter(one: Verdict, other: Verdict): Verdict {
  const difference = rank(one.verb) - rank(other.verb) || one.since - other.since;
  const strictest = difference < 0 || (difference === 0 && (one.directives[0] ?? '') <= (other.directives[0] ?? '')) ? one : other;
  const directives = [...new Set([...strictest.directives, ...one.directives, ...other.directives])];
  return { ...strictest, directives, rate: strictest.verb === 'throttle' ? narrower(one.rate, other.rate) : null };
}

function narrower(one: Rate | null, other: Rate | null): Rate | null {
  if (one === null || other === null) return one ?? other;
  return one.count / one.perMs <= other.count / other.perMs ? one : other;
}

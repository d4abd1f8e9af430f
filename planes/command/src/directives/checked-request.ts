import { type DirectiveScope, type Rate, type RestrictionRequest, restrictingVerbs, scopeMembers } from '@etis/contracts/directives';
import type { GovernanceView } from '@etis/contracts/governance';
import { errors } from '../errors.ts';

const patterns: Readonly<Record<keyof DirectiveScope, RegExp>> = {
  product: /^[a-z][a-z0-9-]{0,39}$/,
  cluster: /^[a-z][a-z0-9-]{0,39}$/,
  tenant: /^[a-z][a-z0-9-]{0,39}$/,
  connection: /^[a-z0-9-]{1,60}$/,
  kind: /^[a-z0-9][a-z0-9.-]{0,59}$/,
  feature: /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/,
};
const mostMs = 366 * 86_400_000;

/** The scope with its members in one order, and none of them undefined. @throws COMMAND_DIRECTIVE_INVALID */
export function checkedScope(scope: DirectiveScope, view: GovernanceView): DirectiveScope {
  for (const member of Object.keys(scope)) {
    if (!(scopeMembers as readonly string[]).includes(member)) throw errors.DIRECTIVE_INVALID(`a scope has no member "${member}"`);
  }
  const named = scopeMembers.flatMap((member) => {
    const value = scope[member];
    return value === undefined ? [] : [[member, value] as const];
  });
  for (const [member, value] of named) {
    if (typeof value !== 'string' || !patterns[member].test(value)) throw errors.DIRECTIVE_INVALID(`its ${member} is not the name of one`);
    if (!exists(member, value, view)) throw errors.DIRECTIVE_INVALID(`there is no ${member} ${value}`);
  }
  return Object.fromEntries(named);
}

function exists(member: keyof DirectiveScope, value: string, view: GovernanceView): boolean {
  if (member === 'tenant') return view.tenants.has(value);
  if (member === 'cluster') return view.clusters.has(value);
  if (member === 'connection') return view.connections.has(value);
  if (member === 'product') return [...view.clusters.values()].some(({ product }) => product === value);
  return true;
}

/** 3 to 500 printable characters. @throws COMMAND_DIRECTIVE_INVALID */
export function checkedReason(reason: string): string {
  const text = typeof reason === 'string' ? reason.trim() : '';
  if (text.length < 3 || text.length > 500 || !text.isWellFormed() || /\p{Cc}/u.test(text)) {
    throw errors.DIRECTIVE_INVALID('its reason is not 3 to 500 characters that can be printed');
  }
  return text;
}

/** A request that can be ordered, with nothing beside what it means. @throws COMMAND_DIRECTIVE_INVALID */
export function checkedRequest(request: RestrictionRequest, { view, now }: { view: GovernanceView; now: number }): RestrictionRequest {
  const { verb, rate, expiresAt } = request;
  if (!restrictingVerbs.includes(verb)) throw errors.DIRECTIVE_INVALID(`${String(verb)} is no verb that restricts`);
  const scope = checkedScope(request.scope, view);
  if (scope.feature !== undefined && verb !== 'kill') throw errors.DIRECTIVE_INVALID('a feature can only be killed');
  if (scope.connection !== undefined && verb === 'throttle') {
    throw errors.DIRECTIVE_INVALID('how fast a connection delivers is its sender’s; pause it, or throttle the tenant');
  }
  if ((verb === 'throttle') !== (rate !== undefined)) {
    throw errors.DIRECTIVE_INVALID('a throttle, and nothing else, has a rate');
  }
  if (verb === 'kill' && expiresAt !== undefined) throw errors.DIRECTIVE_INVALID('a kill does not expire by itself; resume it');
  return {
    verb,
    scope,
    reason: checkedReason(request.reason),
    ...(rate === undefined ? {} : { rate: checkedRate(rate) }),
    ...(expiresAt === undefined ? {} : { expiresAt: checkedExpiry(expiresAt, now) }),
  };
}

function checkedRate({ count, perMs }: Rate): Rate {
  const isCount = Number.isSafeInteger(count) && count >= 1 && count <= 1_000_000;
  const isTime = Number.isSafeInteger(perMs) && perMs >= 100 && perMs <= 86_400_000;
  if (!isCount || !isTime) throw errors.DIRECTIVE_INVALID('its rate is not 1 to 1,000,000 in 100 ms to a day');
  return { count, perMs };
}

function checkedExpiry(text: string, now: number): string {
  const at = Date.parse(text);
  if (!Number.isFinite(at) || at <= now || at > now + mostMs) {
    throw errors.DIRECTIVE_INVALID('it does not expire between now and a year from now');
  }
  return new Date(at).toISOString();
}

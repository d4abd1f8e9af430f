import { type BreakGlassDirective, type RestrictingVerb, restrictingVerbs, scopeMembers } from '@etis/contracts/directives';
import type { Signed } from '@etis/contracts/snapshot';
import { isUuid, uuidv7 } from '@etis/kernel';
import { errors } from '../../errors.ts';

/** What is carried to a node that the platform cannot reach: the directive as an operator signed it, and what certifies the operator's key. */
export interface BreakGlassOrder {
  readonly directive: Signed;
  readonly certificates: readonly Signed[];
}

/** A break-glass directive lasts at most so long, in milliseconds. */
const longestMs = 24 * 3_600_000;
const mostText = 65_536;
const targetPattern = /^[a-z0-9][a-z0-9.-]{0,79}$/;
const noncePattern = /^[A-Za-z0-9_-]{16,64}$/;

/**
 * Makes an order that one node will take without asking the platform. `sign` signs for `break-glass` with the operator's own key, which
 * `certificates` certify. @throws AGENT_BREAK_GLASS_INVALID
 */
export function makeBreakGlass(order: {
  installation: string;
  target: string;
  nonce: string;
  verb: RestrictingVerb;
  scope: BreakGlassDirective['scope'];
  rate?: BreakGlassDirective['rate'];
  reason: string;
  by: string;
  now: number;
  lastsMs: number;
  sign: (value: unknown) => Signed;
  certificates: readonly Signed[];
}): BreakGlassOrder {
  const { installation, target, nonce, verb, scope, rate, reason, by, now, lastsMs } = order;
  const directive: BreakGlassDirective = {
    id: uuidv7(now),
    installation,
    epoch: 0,
    sequence: 0,
    verb,
    scope,
    reason,
    by,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + lastsMs).toISOString(),
    breakGlass: { target, nonce },
    ...(rate === undefined ? {} : { rate }),
  };
  checkBreakGlass(directive, { installation, target, now });
  return { directive: order.sign(directive), certificates: order.certificates };
}

/** Refuses what is not for this node, too long, over, or more than a restriction. @throws AGENT_BREAK_GLASS_INVALID */
export function checkBreakGlass(
  directive: BreakGlassDirective,
  { installation, target, now }: { installation: string; target: string; now: number },
): void {
  const wrong = (reason: string) => errors.BREAK_GLASS_INVALID(reason);
  const { verb, scope, rate, reason, breakGlass } = directive;
  if (directive.installation !== installation) throw wrong('it is of another installation');
  if (typeof breakGlass?.target !== 'string' || breakGlass.target !== target) throw wrong('it is for another node');
  if (!noncePattern.test(breakGlass.nonce)) throw wrong('its nonce is not 16 to 64 letters and digits');
  if (!isUuid(directive.id) || directive.epoch !== 0 || directive.sequence !== 0) throw wrong('it is not numbered as one');
  if (!restrictingVerbs.includes(verb)) throw wrong('it may only restrict');
  if (typeof reason !== 'string' || reason.length < 3 || reason.length > 500) throw wrong('its reason is not 3 to 500 characters');
  const members = Object.entries(scope ?? { none: null });
  if (!members.every(([name, value]) => (scopeMembers as readonly string[]).includes(name) && typeof value === 'string')) {
    throw wrong('its scope names something unknown');
  }
  const isRate =
    Number.isSafeInteger(rate?.count) && Number.isSafeInteger(rate?.perMs) && (rate?.count ?? 0) >= 1 && (rate?.perMs ?? 0) >= 100;
  if ((verb === 'throttle') !== (rate !== undefined) || (rate !== undefined && !isRate))
    throw wrong('a throttle, and nothing else, has a rate');
  const from = Date.parse(directive.issuedAt);
  const until = Date.parse(directive.expiresAt);
  if (!(until > now)) throw wrong('it is over');
  if (!(until - from <= longestMs) || until - now > longestMs) throw wrong('it lasts longer than 24 hours');
}

/** An order as a file holds it; who signed it is not looked at. @throws AGENT_BREAK_GLASS_INVALID */
export function readBreakGlassOrder(text: string): BreakGlassOrder & { readonly target: string } {
  if (text.length > mostText) throw errors.BREAK_GLASS_INVALID(`it is longer than ${mostText} characters`);
  try {
    const { directive, certificates } = JSON.parse(text) as BreakGlassOrder;
    if (![directive, ...certificates].every(isSigned) || certificates.length > 16) throw new TypeError('it is not what was made');
    const { breakGlass } = JSON.parse(directive.payload) as Partial<BreakGlassDirective>;
    const target = breakGlass?.target ?? '';
    if (!targetPattern.test(target)) throw new TypeError('it names no node');
    return { directive, certificates, target };
  } catch (error) {
    throw errors.BREAK_GLASS_INVALID.because({ cause: error }, 'its file does not hold one');
  }
}

function isSigned(value: Signed): boolean {
  return typeof value?.payload === 'string' && typeof value.keyId === 'string' && typeof value.signature === 'string';
}

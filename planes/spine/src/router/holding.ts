import type { DirectiveScope, Directives } from '@etis/contracts/directives';
import type { Delivery } from '@etis/contracts/events';
import type { ConnectionId, TenantId } from '@etis/contracts/tenancy';
import { platformSource } from './read-platform.ts';

/**
 * Which deliveries are kept back before they are routed: those of a connection that is killed, paused, or drained and has delivered after that.
 * Other restrictions need no such thing, because what they stop stays in its lane in order.
 */
export interface Holding {
  /** Whether nothing at all is routed now. */
  readonly everything: boolean;
  /** Why a delivery is kept back, as one text; null where it is not. `tenant` is its connection's, where that has one. */
  reasonFor(delivery: Delivery, tenant: TenantId | null): string | null;
  /** Whether something keeps back what the connection delivers from now on. */
  holds(connection: ConnectionId, tenant: TenantId | null): boolean;
}

/** An order came while a transaction routed: the transaction is undone, and what it read is routed under the order. */
export class Overtaken extends Error {}

/** The answer of this moment; ask again after each change of the directives. */
export function holdingOf(directives: Directives): Holding {
  const stopping = directives.inForce().filter(({ verb }) => verb !== 'throttle');
  const held = stopping.filter(({ scope }) => scope.connection !== undefined);
  const verb = directives.verdict({})?.verb;
  return {
    everything: verb === 'kill' || verb === 'pause',
    reasonFor(delivery, tenant) {
      if (held.length === 0 || delivery.source === platformSource) return null;
      const target = targetOf(delivery.connection, tenant);
      const directive = held.find((one) => concerns(one.scope, target) && !(one.verb === 'drain' && isBefore(delivery, one.issuedAt)));
      return directive === undefined ? null : `the connection is under ${directive.verb}: ${directive.reason}`;
    },
    holds: (connection, tenant) => held.some(({ scope }) => concerns(scope, targetOf(connection, tenant))),
  };
}

function targetOf(connection: ConnectionId, tenant: TenantId | null): DirectiveScope {
  return tenant === null ? { connection } : { connection, tenant };
}

function isBefore(delivery: Delivery, time: string): boolean {
  return delivery.receivedAt.getTime() <= Date.parse(time);
}

function concerns(scope: DirectiveScope, target: DirectiveScope): boolean {
  return Object.entries(scope).every(([member, value]) => value === undefined || target[member as keyof DirectiveScope] === value);
}

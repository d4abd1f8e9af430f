import type { Actor } from './context.ts';
import type { TenantId } from './tenancy.ts';

/** Every permission that a route can ask for. */
export const permissions = [
  'platform.status.read',
  'platform.config.read',
  'platform.evolve',
  'tenants.read',
  'tenants.write',
  'clusters.read',
  'placements.write',
  'connections.read',
  'connections.write',
  'resolver.read',
  'resolver.write',
  'events.read',
  'events.replay',
  'flows.read',
  'lanes.read',
  'dead-letters.read',
  'dead-letters.write',
  'jobs.read',
  'jobs.write',
  'sent.read',
  'directives.read',
  'directives.write',
  'fleet.read',
  'fleet.write',
  'configuration.read',
  'configuration.write',
  'telemetry.read',
  'audit.read',
] as const;
export type Permission = (typeof permissions)[number];

/** Decides locally, from memory. Denies on any doubt. */
export interface Guard {
  /** The actor behind an `Authorization` header; anonymous where there is none or it is not valid. */
  authenticate(authorization: string | undefined): Actor;
  allows(actor: Actor, permission: Permission, tenant: TenantId | null): boolean;
}

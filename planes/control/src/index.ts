export type { EvolutionRow, PlatformFacts } from './api/status/status-routes.ts';
export type { ConnectionSummary, Connections, IssuedSecret, NewConnection } from './connections/connections.ts';
export { type Control, type ControlOptions, createControl } from './control.ts';
export { controlDomain } from './domain.ts';
export type { Placements } from './placements/placements.ts';
export type { ProductDeclaration } from './products/products.ts';
export type { ResolverEntries, ResolverMapping } from './resolver/resolver-entries.ts';
export type { TenantSummary, Tenants } from './tenants/tenants.ts';

export { createEdge, type Edge } from './edge.ts';
export type { Problem } from './problem.ts';
export { createPlatformProxy, type PlatformProxy } from './proxy/platform-proxy.ts';
export type { Readiness, ReadinessCheck } from './readiness.ts';
export { createSite } from './site/site-routes.ts';

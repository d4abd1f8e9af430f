export { clusterDomain } from './cluster-domain.ts';
export { type BundleStore, createBundleStore } from './datasets/bundle-store.ts';
export { type ClusterHost, createClusterHost } from './host/cluster-host.ts';
export { createOutboxRelay } from './relay/outbox-relay.ts';
export type { OperationInput, OperationOutput, Operations } from './sdk/operation.ts';
export type { Product } from './sdk/product.ts';

export { createGuard } from './access/guard.ts';
export { createOperatorCredential, type OperatorCredential, operatorTokenHash } from './access/operator-credential.ts';
export { errors as agentErrors } from './errors.ts';
export { createGovernanceStore, type GovernanceStore } from './governance/governance-store.ts';
export { createResolver, type Resolver } from './governance/resolver.ts';
export { subscribedPlacements, subscribers } from './governance/subscribers.ts';
export { emptyView } from './governance/view.ts';
export type { Lookup, ResolvedAddress } from './outbound/checked-connector.ts';
export {
  createOutboundClient,
  type OutboundClient,
  type OutboundClientOptions,
} from './outbound/outbound-client.ts';
export type { OutboundRequest, OutboundResponse } from './outbound/outbound-request.ts';
export { loadMasterKey } from './secrets/master-key.ts';
export { createSecrets, type SecretVault, type WrappedDataKey } from './secrets/secret-vault.ts';

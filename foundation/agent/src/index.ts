export { createGuard } from './access/guard.ts';
export { createOperatorCredential, type OperatorCredential, operatorTokenHash } from './access/operator-credential.ts';
export { errors as agentErrors } from './errors.ts';
export { createGovernanceStore, type GovernanceStore } from './governance/governance-store.ts';
export { createResolver, type Resolver } from './governance/resolver.ts';
export { subscribedPlacements, subscribers } from './governance/subscribers.ts';
export { emptyView } from './governance/view.ts';
export { loadMasterKey } from './secrets/master-key.ts';
export { createSecrets, type SecretVault } from './secrets/secret-vault.ts';

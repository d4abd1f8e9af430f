export { type AdminAccess, type AdminSession, adminAccessFromUrl, openAdmin } from './admin.ts';
export { type AuditEntry, audit } from './audit.ts';
export { type AuditPosition, type AuditReader, type AuditRow, auditStart, openAuditReader } from './audit-reader.ts';
export type { DomainDb, PlatformDb, PlatformTx, SystemDb, SystemTx, TenantDb, TenantTx, Tx } from './db.ts';
export { clusterRole, clusterSchema, type DatabaseAccess, type Domain, roles, type TableClass } from './domain.ts';
export { createEmbeddedServer, type EmbeddedServer } from './embedded/embedded-server.ts';
export { openDomain } from './open-domain.ts';
export { prepare, preparedState } from './prepare/prepare.ts';
export { sqlState } from './sql-state.ts';

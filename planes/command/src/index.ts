export { type AuditDeskOptions, createAuditDesk } from './audit/audit-desk.ts';
export { auditDomain } from './audit/audit-domain.ts';
export { createLocalAuditIntake, type LocalAuditIntake, type LocalAuditIntakeOptions } from './audit/local-audit-intake.ts';
export { createPersonalVault, type PersonalKey } from './audit/personal-fields.ts';
export { createSealer, type SealerOptions } from './audit/sealer.ts';
export { type CommandPlane, type CommandPlaneOptions, createCommandPlane, type DataMessage } from './command-plane.ts';
export type { Backlog, KnownSubscriber } from './directives/blast-radius.ts';
export {
  type CommandDirectives,
  createDirectiveDesk,
  type DirectiveDeskOptions,
  type StandingDirectives,
} from './directives/directive-desk.ts';
export type { SignedDirective } from './directives/directive-rows.ts';
export { commandDomain } from './domain.ts';
export { createPublications, type Publications } from './publications/publications.ts';
export type { AlertEvent } from './telemetry/alert-log.ts';
export { createTelemetryDesk, type TelemetryDeskOptions, type TelemetryStore } from './telemetry/telemetry-desk.ts';

import type { AuditVerification, SealedEntry } from './audit.ts';
import type { Context } from './context.ts';
import type { BlastRadius, DirectiveReport, DirectiveScope, RestrictionRequest } from './directives.ts';
import type { Page } from './flow.ts';
import type { SubscriberIdentity } from './link.ts';
import type { Freshness, KeyCertificate, Moment, SectionName, Signed } from './snapshot.ts';
import type { ProcessSample, QueueSample, WorkSample } from './telemetry.ts';
import type { TenantId } from './tenancy.ts';

/** The command plane as the Platform API sees it. Lists are newest first; `limit` is 1 to 200; `cursor` comes from the page before. */
export interface DirectiveDesk {
  /** What a restriction would concern, before it is ordered. */
  preview(context: Context, scope: DirectiveScope): Promise<BlastRadius>;
  /** Resolves when it is kept and signed; receipts follow. @throws COMMAND_DIRECTIVE_INVALID, COMMAND_RECOVERY_NEEDED */
  order(context: Context, request: RestrictionRequest): Promise<DirectiveReport>;
  /** Ends restrictions by id. @throws COMMAND_DIRECTIVE_UNKNOWN, COMMAND_DIRECTIVE_ENDED */
  resume(context: Context, request: { readonly ends: readonly string[]; readonly reason: string }): Promise<DirectiveReport>;
  report(context: Context, id: string): Promise<DirectiveReport>;
  list(context: Context, query: { state?: DirectiveReport['state']; limit: number; cursor?: string }): Promise<Page<DirectiveReport>>;
}

/** One subscriber in the fleet: what it should have, was sent, acknowledged and applied. */
export interface FleetMember extends SubscriberIdentity {
  readonly connected: boolean;
  readonly lastSeenAt: string | null;
  readonly state: Freshness | 'UNKNOWN';
  readonly desired: Moment;
  readonly sent: Moment | null;
  readonly acknowledged: Moment | null;
  readonly sections: Readonly<
    Partial<Record<SectionName, { readonly desired: number; readonly applied: number | null; readonly refused: string | null }>>
  >;
  /** Milliseconds since what it acknowledged stopped being what is desired; 0 where they are the same. */
  readonly driftMs: number;
  readonly revokedAt: string | null;
}

export interface Fleet {
  members(context: Context): Promise<readonly FleetMember[]>;
  /** A one-use token for one more subscriber of the kind; shown once. */
  invite(
    context: Context,
    request: { readonly identity: SubscriberIdentity; readonly validMs: number },
  ): Promise<{ token: string; expiresAt: string }>;
  /** Its key no longer counts from now on. */
  revoke(context: Context, id: string): Promise<void>;
}

/** How the platform's signing keys stand. */
export interface KeyStatus {
  /** Raw public root key, base64url. */
  readonly root: string;
  /** Whether the root key lies where the platform finds it; it belongs offline. */
  readonly rootIsHere: boolean;
  readonly current: { readonly keyId: string; readonly notAfter: string } | null;
  readonly keys: readonly (KeyCertificate & { readonly revoked: boolean })[];
}

/** The keys by which everything that governs is signed. What certifies a key needs the root key where the platform finds it. */
export interface SigningKeys {
  status(): Promise<KeyStatus>;
  /** Puts a new online key in force. @throws COMMAND_ROOT_KEY_OFFLINE, COMMAND_ROOT_KEY_FOREIGN */
  rotate(context: Context): Promise<KeyCertificate>;
  /** Takes a key out of force everywhere; where it is the one that signs, another takes its place first. @throws as `rotate`, COMMAND_SIGNING_KEY_UNKNOWN */
  revoke(context: Context, keyId: string, options: { reason: string }): Promise<void>;
  /** Certifies an operator's own public key (raw Ed25519, base64url) for break-glass; resolves to the certificate. @throws as `rotate` */
  certifyOperator(context: Context, options: { publicKey: string; validMs: number }): Promise<Signed>;
}

/** What a recovery after a restored backup brought back. */
export interface Recovered extends Moment {
  /** How many subscribers had shown what they hold. What another one alone holds is over when it comes. */
  readonly shownBy: number;
  /** How many directives had been lost and are in force again. */
  readonly directives: number;
  /** Keys that do not count, by what subscribers showed. */
  readonly revokedKeys: readonly string[];
}

/** What a platform is brought to sign again with, once it was restored from an older backup. */
export interface RecoveryDesk {
  /**
   * Starts a new epoch with what subscribers hold and the backup has not, authorised by the root key where the platform finds it.
   * @throws COMMAND_RECOVERY_NOT_NEEDED, COMMAND_ROOT_KEY_OFFLINE, COMMAND_ROOT_KEY_FOREIGN
   */
  recover(context: Context): Promise<Recovered>;
}

/** What the command plane offers to people. */
export interface CommandDesks {
  readonly directives: DirectiveDesk;
  readonly fleet: Fleet;
  readonly keys: SigningKeys;
  readonly audit: AuditDesk;
  readonly telemetry: TelemetryDesk;
  readonly recovery: RecoveryDesk;
}

export interface AuditDesk {
  list(context: Context, query: { tenant: TenantId | null; limit: number; cursor?: string }): Promise<Page<SealedEntry>>;
  /** Begins a verification, or joins the one that runs. Resolves once it is done, or after some seconds to how far it has come. */
  verify(context: Context): Promise<AuditVerification>;
  /** The same of one that was begun at this process. @throws COMMAND_VERIFICATION_UNKNOWN */
  verification(id: string): Promise<AuditVerification>;
}

/** How loaded one subscriber is and by whom. */
export interface LoadView {
  readonly subscriber: string;
  /** From when to when it reports of. */
  readonly since: string;
  readonly at: string;
  readonly process: ProcessSample;
  readonly queues: readonly QueueSample[];
  readonly work: readonly WorkSample[];
  /** Share of the busy time by tenant, largest first, at most 20. */
  readonly byTenant: readonly { readonly tenant: TenantId | null; readonly share: number }[];
}

export interface Alert {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly severity: 'warning' | 'critical';
  readonly text: string;
  readonly raisedAt: string;
  readonly clearedAt: string | null;
}

/** What was done of one kind of work in one minute, by all subscribers together. */
export interface WorkMinute {
  /** When the minute began. */
  readonly minute: string;
  readonly work: string;
  readonly done: number;
  readonly failed: number;
}

export interface TelemetryDesk {
  load(context: Context): Promise<readonly LoadView[]>;
  /** The last hour in the order of minutes and work; minutes without work are left out. */
  history(context: Context): Promise<readonly WorkMinute[]>;
  alerts(context: Context, query: { open: boolean; limit: number }): Promise<readonly Alert[]>;
}

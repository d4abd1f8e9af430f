import type { Actor } from './context.ts';
import type { TenantId } from './tenancy.ts';

/** One action as it stands in the chain of its tenant, or of the platform (`tenant` null). */
export interface SealedEntry {
  readonly chain: string;
  /** 1, 2, 3, … without a gap. */
  readonly number: number;
  /** SHA-256 over the previous entry's hash and this entry's canonical content, lower-case hex. */
  readonly hash: string;
  readonly previous: string;
  readonly domain: string;
  /** The id of the row in its domain. */
  readonly row: string;
  readonly tenant: TenantId | null;
  /** Of a person whose tenant's key was destroyed the id is `erased`. */
  readonly actor: Actor;
  readonly action: string;
  /** What it was done to, for example `tenant/acme`, or `*`. */
  readonly target: string;
  readonly reason: string | null;
  readonly at: string;
  readonly sealedAt: string;
  /** Whether what it said of persons cannot be read any more, because the key of its tenant was destroyed; that it was done stays proven. */
  readonly erased: boolean;
}

/** Whether an actor of a kind is a person, so that its id is personal. */
export function isPerson(kind: string): boolean {
  return kind !== 'system' && kind !== 'connection' && kind !== 'anonymous';
}

/** What `verify` found wrong, and where. */
export interface AuditFinding {
  readonly chain: string;
  readonly number: number | null;
  readonly kind:
    | 'changed'
    | 'removed'
    | 'inserted'
    | 'reordered'
    | 'truncated'
    | 'checkpoint-invalid'
    | 'source-changed'
    | 'source-missing';
  readonly detail: string;
}

/** A verification of the whole record, as far as it has come. */
export interface AuditVerification {
  readonly id: string;
  /** Only once it is `done` no findings mean that nothing was changed. */
  readonly state: 'running' | 'done';
  readonly startedAt: string;
  /** How many entries there were when it began. */
  readonly total: number;
  readonly chains: number;
  readonly entries: number;
  /** Rows of the domains that were looked for in the chains. */
  readonly rows: number;
  readonly checkpoints: number;
  /** Rows that were written and are not sealed yet, and the age of the oldest in milliseconds. */
  readonly unsealed: { readonly rows: number; readonly oldestMs: number };
  readonly findings: readonly AuditFinding[];
}

/** One action that was audited while the platform was out of reach, as it travels: `content` is the canonical JSON of `LocalAuditContent`. */
export interface LocalAuditRow {
  /** SHA-256 over the previous row's hash and `content`, with a line feed between them, lower-case hex; before the first it is all zeros. */
  readonly hash: string;
  readonly previous: string;
  readonly content: string;
}

export interface LocalAuditContent {
  /** A UUID: one for each chain that a node ever began. */
  readonly chain: string;
  readonly subscriber: string;
  /** 1, 2, 3, … without a gap. */
  readonly number: number;
  readonly tenant: TenantId | null;
  readonly actor: Actor;
  /** `<noun>.<verb>` */
  readonly action: string;
  readonly target: string;
  readonly reason: string | null;
  readonly trace: string;
  readonly at: string;
}

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
  readonly actor: Actor;
  readonly action: string;
  /** What it was done to, for example `tenant/acme`, or `*`. */
  readonly target: string;
  readonly reason: string | null;
  readonly at: string;
  readonly sealedAt: string;
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

export interface AuditVerification {
  readonly chains: number;
  readonly entries: number;
  readonly checkpoints: number;
  /** Rows that were written and are not sealed yet, and the age of the oldest in milliseconds. */
  readonly unsealed: { readonly rows: number; readonly oldestMs: number };
  readonly findings: readonly AuditFinding[];
}

import type { Signed } from './snapshot.ts';
import type { ClusterId, ConnectionId, ProductId, TenantId } from './tenancy.ts';

/**
 * `kill` aborts running work and starts none; only an explicit resume ends it. `pause` lets running entries and jobs finish and starts none.
 * `drain` finishes what a lane held when the directive took effect, and the jobs that were leased, then pauses. `throttle` bounds a rate. `resume` ends others.
 */
export const restrictingVerbs = ['kill', 'pause', 'drain', 'throttle'] as const;
export type RestrictingVerb = (typeof restrictingVerbs)[number];

/**
 * What a directive is about: it concerns everything that has every member that it names, and with no member the whole platform.
 * `kind` is a job kind, `feature` the key of a feature flag.
 */
export interface DirectiveScope {
  readonly product?: ProductId;
  readonly cluster?: ClusterId;
  readonly tenant?: TenantId;
  readonly connection?: ConnectionId;
  readonly kind?: string;
  readonly feature?: string;
}
export const scopeMembers = [
  'product',
  'cluster',
  'tenant',
  'connection',
  'kind',
  'feature',
] as const satisfies readonly (keyof DirectiveScope)[];

/** How much a `throttle` leaves: at most `count` entries, jobs or requests per `perMs` milliseconds, counted by each process for itself. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

interface DirectiveBase {
  /** UUIDv7. */
  readonly id: string;
  readonly installation: string;
  /** Rises with each directive of an epoch; allotted under one lock. Of two directives the one with the higher (epoch, sequence) is the later. */
  readonly epoch: number;
  readonly sequence: number;
  /** Why, in words of the one who ordered it; 3 to 500 characters. */
  readonly reason: string;
  /** Who ordered it, for example `operator/local`. */
  readonly by: string;
  readonly issuedAt: string;
}

/** Restricts, until it is resumed or expires. A kill does not expire by itself. */
export interface RestrictingDirective extends DirectiveBase {
  readonly verb: RestrictingVerb;
  readonly scope: DirectiveScope;
  /** With `throttle` only. */
  readonly rate?: Rate;
  readonly expiresAt?: string;
}

/** Ends restricting directives by their ids. */
export interface ResumeDirective extends DirectiveBase {
  readonly verb: 'resume';
  readonly ends: readonly string[];
}

/**
 * Restricts while the platform is unreachable: signed by an operator's own key, for the named subscriber only, at most 24 hours long, and in force
 * until a later manifest settles it. `sequence` and `epoch` are 0.
 */
export interface BreakGlassDirective extends RestrictingDirective {
  readonly breakGlass: { readonly target: string; readonly nonce: string };
  readonly expiresAt: string;
}

export type Directive = RestrictingDirective | ResumeDirective | BreakGlassDirective;

/** A node's proof of what it did with a directive. */
export interface Receipt {
  readonly installation: string;
  readonly directive: string;
  /** SHA-256 of the directive's signed payload, lower-case hex. */
  readonly digest: string;
  readonly subscriber: string;
  readonly outcome: 'applied' | 'refused';
  /** Why it was refused; null otherwise. */
  readonly reason: string | null;
  /** When it was in force on the node, by the node's clock. */
  readonly effectiveAt: string;
  /** The directive itself where it was applied locally and the platform cannot know it. */
  readonly breakGlass?: Signed;
}

/** What is asked of the directives in force: as many members as the asker knows. */
export type DirectiveTarget = DirectiveScope;

/** What the directives in force say about a target: the strictest verb of those that concern it, and the narrowest rate where it is `throttle`. */
export interface Verdict {
  readonly verb: RestrictingVerb;
  /** Ids of all that concern it. */
  readonly directives: readonly string[];
  /** Of the strictest. */
  readonly reason: string;
  readonly rate: Rate | null;
  /** Epoch milliseconds at which the strictest of them took effect here. */
  readonly since: number;
}

/** The directives in force in this process, in memory; never does I/O. */
export interface Directives {
  /** Null where nothing restricts the target. A scope concerns a target that has every member of the scope with the same value. */
  verdict(target: DirectiveTarget): Verdict | null;
  inForce(): readonly RestrictingDirective[];
  /** Calls back after each change, before any receipt is sent; returns the way to stop that. */
  subscribe(callback: () => void): () => void;
}

/** Restricts nothing, ever: for a part that nobody governs. */
export const unrestricted: Directives = { verdict: () => null, inForce: () => [], subscribe: () => () => undefined };

/** How many subscribers, tenants, lanes and so on a directive would concern. */
export interface BlastRadius {
  readonly subscribers: readonly string[];
  readonly tenants: number;
  readonly placements: number;
  readonly connections: number;
  /** Entries that wait in the lanes concerned, and jobs that wait or run. */
  readonly waitingEntries: number;
  readonly jobs: number;
  /** Examples, at most 20. */
  readonly tenantExamples: readonly TenantId[];
}

/** A directive with how far it got. */
export interface DirectiveReport {
  readonly directive: Directive;
  readonly state: 'in-force' | 'ended' | 'expired';
  readonly endedBy: string | null;
  /** Every subscriber that it concerns: null where no receipt has come yet. */
  readonly receipts: readonly { readonly subscriber: string; readonly connected: boolean; readonly receipt: Receipt | null }[];
}

export type RestrictionRequest = Pick<RestrictingDirective, 'verb' | 'scope' | 'reason' | 'rate' | 'expiresAt'>;

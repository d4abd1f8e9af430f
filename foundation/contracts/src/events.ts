import type { ConnectionId, ProductId, TenantId } from './tenancy.ts';

/**
 * An event in the platform's vocabulary: a CloudEvents 1.0 event whose extensions say whom it concerns.
 *
 * `id` is a UUIDv7 in its canonical lower-case form; `time` is RFC 3339 in UTC, the moment the thing happened as far as the source says,
 * otherwise the moment of acceptance.
 */
export interface PlatformEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  readonly time: string;
  readonly data: unknown;
  /** The tenant that it was resolved to. */
  readonly tenant: TenantId;
  /** The tenant's project, as the resolver names it; null where the source names none. */
  readonly project: string | null;
  readonly region: string | null;
  /** W3C `traceparent` of the flow's start; it is carried along and never rewritten. */
  readonly traceparent: string;
  /** The id of the flow's first event (itself for one that came from outside). */
  readonly flow: string;
  /** The id of the event whose handling produced this one; null for one that came from outside. */
  readonly cause: string | null;
  /** How many events stand between this one and the flow's first. */
  readonly hop: number;
  /** The id of the event that this one repeats, where a replay gave it to products once more; absent everywhere else. */
  readonly replayOf?: string;
}

/** What a source's adapter makes of one delivery: everything but whom it concerns. */
export interface NormalisedEvent {
  readonly type: string;
  readonly source: string;
  readonly subject: string | null;
  /** RFC 3339 in UTC; null where the source says none. */
  readonly time: string | null;
  readonly data: unknown;
  /** External ids to resolve, most specific first, for example project before hub. */
  readonly refs: readonly ExternalRef[];
  /**
   * A directed event goes into exactly one placement's lane: that of the product which the resolver entry names, otherwise that of the one
   * product that asked for its type. By default an event is broadcast.
   */
  readonly directed?: boolean;
}

/** An id of an external system that the resolver maps to a tenant, for example `{ system: 'autodesk', kind: 'project', id: '…' }`. */
export interface ExternalRef {
  readonly system: string;
  readonly kind: string;
  readonly id: string;
}

/**
 * A delivery as it was accepted: bytes untouched, signature verified.
 * `headers` keeps only what the source's adapter asked to be kept; names are lower case.
 */
export interface Delivery {
  readonly id: string;
  readonly connection: ConnectionId;
  readonly source: SourceKind;
  readonly body: Buffer;
  /** SHA-256 of the signed bytes: the dedupe key. */
  readonly digest: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly traceparent: string;
  readonly receivedAt: Date;
}

/** Which adapter reads a delivery. `platform` is the platform's own: an event that a product emitted. */
export type SourceKind = string;

/** What became of one append: `accepted` is new, `duplicate` names the delivery that was accepted before. */
export interface Acceptance {
  readonly outcome: 'accepted' | 'duplicate';
  readonly id: string;
}

/**
 * The durable inbox. `append` resolves once the delivery is on disk (group commit: concurrent callers share one insert and one fsync) and
 * never twice for the same (connection, digest) within 45 days. It answers one way or the other within the seconds that a sender waits.
 * @throws SPINE_UNAVAILABLE (retryable) when the record cannot keep it, SPINE_INBOX_FULL when too many callers wait.
 */
export interface Inbox {
  append(delivery: Delivery): Promise<Acceptance>;
}

/** An event that a product emitted, on its way to lanes. */
export interface EmittedEvent extends Omit<PlatformEvent, 'specversion' | 'data'> {
  /** JSON text. */
  readonly data: string;
}

/**
 * Takes what products emit. `publish` resolves once all of them are on disk; an id that was published before is passed over. The events of one call
 * go into each lane in the order in which they are given, and after those of every call that was answered before.
 * @throws what is retryable while the record cannot keep them: give the same again
 */
export interface EventPublisher {
  publish(product: ProductId, events: readonly EmittedEvent[]): Promise<void>;
}

/**
 * A source's adapter: one per external system, pure functions only.
 * `normalise` may split a batch; it throws `SourceError` when it does not understand what it reads.
 */
export interface SourceAdapter {
  readonly kind: SourceKind;
  /** Lower-case header names worth keeping beside the body; one that ends in `*` keeps every header with that prefix. */
  readonly keepHeaders: readonly string[];
  normalise(delivery: Pick<Delivery, 'body' | 'headers' | 'connection'>): readonly NormalisedEvent[];
}

/** What people and the control plane know of a source before there is a connection of it. */
export interface SourceDescription {
  readonly kind: SourceKind;
  /** As people call it, for example `WhatsApp Business`. */
  readonly title: string;
  /** Whether the platform makes a connection's secret or the other system gives it. */
  readonly secret: 'generated' | 'supplied';
  /** A new secret in the form that this system wants; absent where it is supplied. */
  newSecret?(): string;
  /** @throws where the text cannot be a secret of this system, with what is wrong. */
  checkSecret(secret: string): void;
  /** What to enter at the other system beside the secret so that it accepts the callback address; derived from the secret and not revealing it. */
  handshakeToken?(secret: string): string;
}

/** Why an adapter could not make events of a delivery: `unreadable` (not the format), `unknown-event` (a name that it has no words for). */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly reason: 'unreadable' | 'unknown-event';
  constructor(reason: 'unreadable' | 'unknown-event', message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

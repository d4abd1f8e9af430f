import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SourceAdapter, SourceDescription, SourceKind } from '@etis/contracts/events';

/** What a delivery proves itself by: the bytes as they came, every key that is live now, and the time for schemes that sign one. */
export interface SignedDelivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly keys: readonly KeyObject[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A request by which the other system asks, before it sends anything, whether this address wants its deliveries. */
interface HandshakeRequest {
  /** As the query was written: a name that comes twice holds a list. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  readonly keys: readonly KeyObject[];
}

/** What the other system waits for. The body is sent as plain text. */
interface HandshakeAnswer {
  readonly status: 200 | 204;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How the other system makes sure of the address: by which method it asks, and what it is told. */
export interface Handshake {
  readonly method: 'GET' | 'OPTIONS';
  /** Null for a request that does not prove what it has to, which is answered with 403. Pure; never throws, whatever the request holds. */
  answer(request: HandshakeRequest): HandshakeAnswer | null;
}

/** One external system: how its deliveries prove themselves, how large they may be, and how they are read. */
export interface Source {
  readonly kind: SourceKind;
  readonly description: SourceDescription;
  readonly bodyLimitBytes: number;
  /** What a delivery that proves nothing is told to prove itself by: a signature where nothing is said. */
  readonly proof?: 'bearer';
  /** The key that a connection's secret stands for. @throws for a text that is no secret of this system. */
  keyOf(secret: string): KeyObject;
  /**
   * Whether one of the keys signed these bytes. Takes the same time whichever it is, and false where there is no key.
   * Never throws, whatever the headers hold.
   */
  verify(delivery: SignedDelivery): boolean;
  /**
   * SHA-256 of what makes a delivery the one it is, so that its sender's next try is known as the same: of the body where a source says
   * nothing. Only what `verify` has proved may go into it. Called after `verify`; never throws.
   */
  digest?(delivery: { headers: IncomingHttpHeaders; body: Buffer }): Buffer;
  readonly handshake?: Handshake;
  readonly adapter: SourceAdapter;
}

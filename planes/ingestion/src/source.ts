import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { SourceAdapter, SourceKind } from '@etis/contracts/events';

/** What a signature is checked against: the bytes as they came, and every key that is live now. */
export interface SignedDelivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly keys: readonly KeyObject[];
}

/** One external system: how its deliveries are signed, how large they may be, and how they are read. */
export interface Source {
  readonly kind: SourceKind;
  readonly bodyLimitBytes: number;
  /** The key that a connection's secret stands for. @throws for a text that is no secret of this system. */
  keyOf(secret: string): KeyObject;
  /**
   * Whether one of the keys signed these bytes. Takes the same time whichever it is, and false where there is no key.
   * Never throws, whatever the headers hold.
   */
  verify(delivery: SignedDelivery): boolean;
  readonly adapter: SourceAdapter;
}

import type { Acknowledgement, Moment, SectionName, SectionStamp, Signed, Snapshot } from './snapshot.ts';
import type { TelemetryBatch } from './telemetry.ts';

/** The parts of the platform that are governed, each as a subscriber of its own; a process with several roles has one link for each. */
export const subscriberKinds = ['edge', 'ingestion', 'router', 'dispatcher', 'cluster', 'worker'] as const;
export type SubscriberKind = (typeof subscriberKinds)[number];

/** What a subscriber asks to be governed for. `scope` is a cluster's id or a pool of job kinds; null where the kind says all. */
export interface SubscriberIdentity {
  /** 1 to 80 characters of `[a-z0-9.-]`, unique in the installation, for example `cluster.nudge-standard.node-7`. */
  readonly id: string;
  readonly kind: SubscriberKind;
  readonly scope: string | null;
}

/** What a subscriber holds when it comes (back): the platform sends what differs, and nothing where nothing does. */
export interface Holdings extends Moment {
  readonly sections: Readonly<Partial<Record<SectionName, SectionStamp>>>;
  /** Digests of the directives in force, as in a manifest. */
  readonly directives: readonly string[];
}

/**
 * What an enrolment token says, base64url of JSON, at most 4,000 characters. It can be used once and until it expires; `secret` is all that has to be
 * kept from others. `root` is the raw public root key (base64url), `authority` the PEM of the certificate that signs the link's TLS certificates.
 */
export interface EnrolmentToken {
  /** Whom it is for. */
  readonly identity: SubscriberIdentity;
  /** `wss:`; several, separated by commas, for several processes of the platform. */
  readonly url: string;
  readonly installation: string;
  readonly root: string;
  readonly authority: string;
  readonly secret: string;
  readonly expiresAt: string;
}

/** `command` carries snapshots, directives, acknowledgements and receipts; `data` carries telemetry and audit, so that a flood there delays no order. */
export type Channel = 'command' | 'data';

/**
 * What is signed for `link`. The platform signs the nonce of the one who dials, who signs the challenge's nonce with the channel that it wants, or
 * `enrol`; so neither proof can be used for anything but the one connection that it was made for.
 */
export type LinkProof =
  | {
      readonly by: 'platform';
      readonly installation: string;
      readonly nonce: string;
      /** The platform's time, RFC 3339, for a subscriber whose clock is wrong. */
      readonly now: string;
    }
  | {
      readonly by: 'subscriber';
      readonly installation: string;
      readonly nonce: string;
      readonly subscriber: string;
      readonly channel: Channel | 'enrol';
    };

/** From the subscriber. The first message of a connection answers the challenge; anything else first ends it. */
export type Upward =
  | {
      readonly type: 'enrol';
      readonly secret: string;
      readonly identity: SubscriberIdentity;
      readonly publicKey: string;
      /** Of the challenge, for `link`, by the key that is enrolled. */
      readonly proof: Signed;
    }
  | {
      readonly type: 'hello';
      readonly identity: SubscriberIdentity;
      readonly channel: Channel;
      readonly holds: Holdings;
      readonly proof: Signed;
    }
  | { readonly type: 'acknowledgement'; readonly signed: Signed; readonly acknowledgement: Acknowledgement }
  /** `Receipt`, signed for `receipt` by the subscriber's key. */
  | { readonly type: 'receipt'; readonly signed: Signed }
  /**
   * The answer to `show`: the manifest in force, the directives in force, and the certificates of the keys that signed them. A platform that was
   * restored from an older backup learns from it what it has lost.
   */
  | {
      readonly type: 'shown';
      readonly manifest: Signed;
      readonly certificates: readonly Signed[];
      readonly directives: readonly Signed[];
    }
  /** The answer to every `beat`. */
  | { readonly type: 'beat' }
  | { readonly type: 'telemetry'; readonly batch: TelemetryBatch }
  /** Sealed rows of a local audit chain that was kept while the link was down. */
  | { readonly type: 'audit'; readonly sequence: number; readonly rows: readonly unknown[] };

/** From the platform. */
export type Downward =
  | {
      readonly type: 'challenge';
      readonly protocol: 1;
      readonly installation: string;
      readonly nonce: string;
      /** `LinkProof` of the nonce that the subscriber sent as the query parameter `nonce`, by an online key: nobody else can hold the link, or set its clock. */
      readonly proof: Signed;
      readonly certificates: readonly Signed[];
    }
  | { readonly type: 'enrolled'; readonly subscriber: string }
  | { readonly type: 'welcome'; readonly heartbeatMs: number }
  /** Sent every `heartbeatMs`; who hears nothing at all for two of them ends the connection, on either side. */
  | { readonly type: 'beat' }
  /** The subscriber holds more than this platform ever signed; it shows what, and goes on with what it holds. */
  | { readonly type: 'show' }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** A directive on its own, ahead of every snapshot. */
  | { readonly type: 'directive'; readonly directive: Signed; readonly certificates: readonly Signed[] }
  | { readonly type: 'taken'; readonly of: 'telemetry' | 'audit'; readonly sequence: number }
  /** Come back after so long (milliseconds; the subscriber adds up to half of it at random). The connection ends after it. */
  | { readonly type: 'later'; readonly afterMs: number; readonly reason: string }
  | { readonly type: 'refused'; readonly code: string; readonly reason: string };

/** A connection of whatever kind; messages are JSON texts of at most 16 MiB. In memory it is two of these, joined. */
export interface Wire {
  send(text: string): void;
  /** Bytes that were sent and have not left yet. */
  buffered(): number;
  onMessage(callback: (text: string) => void): void;
  onClose(callback: (reason: string) => void): void;
  close(reason: string): void;
}

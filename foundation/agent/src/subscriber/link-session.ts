import { randomBytes } from 'node:crypto';
import type { Channel, Downward, Holdings, LinkProof, SubscriberIdentity, Upward, Wire } from '@etis/contracts/link';
import type { Clock } from '@etis/kernel';
import { errors } from '../errors.ts';
import { canonicalJson } from '../signing/canonical-json.ts';
import { sign } from '../signing/signature.ts';
import type { SigningKey } from '../signing/signing-key.ts';
import type { Trust } from '../signing/trust.ts';
import type { PlatformTime } from './platform-time.ts';

/** Dials the platform for one channel; `nonce` is what the platform has to sign. */
export type Connect = (channel: Channel, nonce: string) => Promise<Wire>;

/** Who a subscriber is, and whom it trusts. */
export interface SubscriberCredential {
  readonly identity: SubscriberIdentity;
  readonly installation: string;
  readonly key: SigningKey;
  readonly trust: Trust;
}

/** One connection to a platform that proved that it is the platform. */
export interface LinkSession {
  send(message: Upward): void;
  /** Resolves when it is over: with how many milliseconds the platform asks to stay away, null where it said nothing. */
  readonly ended: Promise<{ readonly reason: string; readonly afterMs: number | null }>;
  close(reason: string): void;
}

const handshakeMs = 10_000;

/**
 * Dials, has the platform prove itself by a key that the root certified, proves itself, and is welcome; then hands on every message.
 * @throws AGENT_LINK_REFUSED, what `connect` throws, and what `Trust.open` throws
 */
export async function openLinkSession(options: {
  credential: SubscriberCredential;
  channel: Channel;
  connect: Connect;
  holds: () => Holdings;
  time: PlatformTime;
  clock: Clock;
  receive: (message: Downward) => void;
}): Promise<LinkSession> {
  const { credential, channel, time, receive } = options;
  const { identity, installation, key, trust } = credential;
  const nonce = randomBytes(24).toString('base64url');
  const wire = await options.connect(channel, nonce);
  const { promise: ended, resolve: end } = Promise.withResolvers<Awaited<LinkSession['ended']>>();
  const { promise: welcome, resolve: welcomed, reject: refused } = Promise.withResolvers<void>();
  let afterMs: number | null = null;
  let beatEveryMs: number | null = null;
  let stage: 'dialled' | 'said' | 'welcome' | 'over' = 'dialled';
  let patience = startPatience(handshakeMs);

  function startPatience(ms: number): NodeJS.Timeout {
    return setTimeout(() => close('nothing was heard of the platform in time'), ms).unref();
  }

  function close(reason: string): void {
    if (stage === 'over') return;
    stage = 'over';
    clearTimeout(patience);
    wire.close(reason);
    refused(errors.LINK_REFUSED(reason));
    end({ reason, afterMs });
  }

  function send(message: Upward): void {
    if (stage !== 'over') wire.send(JSON.stringify(message));
  }

  function proof(of: Extract<Downward, { type: 'challenge' }>): Upward {
    const said: LinkProof = { by: 'subscriber', installation, nonce: of.nonce, subscriber: identity.id, channel };
    return { type: 'hello', identity, channel, holds: options.holds(), proof: sign(key, 'link', said) };
  }

  function check(challenge: Extract<Downward, { type: 'challenge' }>): void {
    const said = JSON.parse(challenge.proof.payload) as Extract<LinkProof, { by: 'platform' }>;
    const now = time.claimed(said.now);
    trust.learn(challenge.certificates, now);
    trust.open('link', challenge.proof, { now, role: 'online' });
    if (challenge.proof.payload !== canonicalJson({ by: 'platform', installation, nonce, now: said.now } satisfies LinkProof)) {
      throw errors.LINK_REFUSED('the platform did not answer for this connection');
    }
    time.set(now);
  }

  function greet(message: Downward): void {
    if (message.type !== 'challenge') {
      close('the platform did not say first who it is');
      return;
    }
    check(message);
    stage = 'said';
    send(proof(message));
  }

  function enter(message: Downward): void {
    if (message.type !== 'welcome') {
      close('the platform did not bid welcome');
      return;
    }
    stage = 'welcome';
    beatEveryMs = message.heartbeatMs;
    welcomed();
  }

  function take(message: Downward): void {
    if (message.type === 'later') afterMs = message.afterMs;
    if (message.type === 'later' || message.type === 'refused') close(message.reason);
    else if (stage === 'dialled') greet(message);
    else if (stage === 'said') enter(message);
    else if (message.type === 'beat') send({ type: 'beat' });
    else receive(message);
  }

  wire.onMessage((text) => {
    if (stage === 'over') return;
    try {
      take(JSON.parse(text) as Downward);
      clearTimeout(patience);
      if ((stage as string) !== 'over') patience = startPatience(beatEveryMs === null ? handshakeMs : 2 * beatEveryMs);
    } catch (error) {
      refused(error);
      close(error instanceof Error ? error.message : String(error));
    }
  });
  wire.onClose((reason) => close(reason));
  await welcome;
  return { send, ended, close };
}

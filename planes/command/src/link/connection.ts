import { randomBytes } from 'node:crypto';
import { canonicalJson, verifySignature, verifySignatureAside } from '@etis/agent';
import type { Channel, Downward, LinkProof, SubscriberIdentity, Upward, Wire } from '@etis/contracts/link';
import type { Acknowledgement, Signed } from '@etis/contracts/snapshot';
import { EtisError } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { EnrolledSubscriber } from '../fleet/subscriber-registry.ts';
import { createSendQueue, type SendQueue } from './send-queue.ts';
import type { Assumed } from './snapshot-writer.ts';
import { readAcknowledgement, readReceiptOwner, readUpward } from './upward.ts';

/** One subscriber's connection, from its challenge to its end. */
export interface Connection {
  /** Who it is, once that is proved. */
  readonly subscriber: EnrolledSubscriber | null;
  readonly channel: Channel | null;
  readonly queue: SendQueue;
  /** What it has, as far as that is known here; on the command channel only. */
  assumed: Assumed;
  /** When something was heard of it last, epoch milliseconds. */
  heardAt(): number;
  send(message: Downward): void;
  /** Ends it; the reason is told first. */
  refuse(error: EtisError): void;
  /** Ends it for now. */
  dismiss(afterMs: number, reason: string): void;
}

/** What a connection needs of the server that it belongs to. */
export interface ConnectionHost {
  readonly installation: string;
  challenge(nonce: string, ours: string): Downward;
  enrol(request: { secret: string; identity: SubscriberIdentity; publicKey: string }): Promise<void>;
  find(id: string): Promise<EnrolledSubscriber | null>;
  /** The connection has proved who it is. It is welcome after this, or refused where it throws. */
  opened(connection: OpenConnection, hello: Extract<Upward, { type: 'hello' }>): Promise<void>;
  acknowledged(connection: OpenConnection, acknowledgement: Acknowledgement): void;
  receipt(connection: OpenConnection, signed: Signed): void;
  shown(connection: OpenConnection, shown: Extract<Upward, { type: 'shown' }>): Promise<void>;
  data(connection: OpenConnection, message: Extract<Upward, { type: 'telemetry' | 'audit' }>): Promise<void>;
  /** Something waits to be sent that the wire does not take now. */
  blocked(connection: Connection): void;
  makeSnapshot(connection: Connection): string | 'none' | null;
  closed(connection: Connection, reason: string): void;
  /** Somebody said what it may not say. */
  lied(connection: Connection, error: EtisError): void;
  /** A message could not be worked on here, for no fault of its sender that is known. */
  failed(connection: Connection, error: unknown): void;
  now(): number;
}

export interface OpenConnection extends Connection {
  readonly subscriber: EnrolledSubscriber;
  readonly channel: Channel;
}

const nothing: Assumed = { moment: { epoch: 0, version: 0 }, sections: new Map(), directives: new Set() };
/** Acknowledgements and receipts are short; what a subscriber shows may hold every directive. */
const mostText: Readonly<Record<Channel, number>> = { command: 4 * 1024 * 1024, data: 2 * 1024 * 1024 };
/** Before anybody is known: a hello with its holdings. */
const mostUnknownText = 256 * 1024;
const handshakeMs = 10_000;
/** Messages that wait while an earlier one is worked on. */
const mostPending = 256;
const mostPerSecond: Readonly<Record<Channel, number>> = { command: 2_000, data: 50 };

/** `nonce` is what the subscriber asked to be answered for. */
export function openConnection({ wire, nonce, host }: { wire: Wire; nonce: string; host: ConnectionHost }): Connection {
  const ours = randomBytes(24).toString('base64url');
  let subscriber: EnrolledSubscriber | null = null;
  let channel: Channel | null = null;
  let isOver = false;
  let heardAt = host.now();
  let pending = 0;
  let turn: Promise<void> = Promise.resolve();
  let second = { at: 0, count: 0 };
  const handshake = setTimeout(() => refuse(errors.LINK_PROTOCOL('it did not say in time who it is')), handshakeMs);
  handshake.unref();

  const connection: Connection = {
    get subscriber() {
      return subscriber;
    },
    get channel() {
      return channel;
    },
    assumed: nothing,
    queue: createSendQueue({ wire, makeSnapshot: () => host.makeSnapshot(connection), blocked: () => host.blocked(connection) }),
    heardAt: () => heardAt,
    send,
    refuse,
    dismiss(afterMs, reason) {
      if (!isOver) wire.send(JSON.stringify({ type: 'later', afterMs, reason } satisfies Downward));
      end(reason);
    },
  };

  function send(message: Downward): void {
    if (isOver) return;
    if (!connection.queue.answer(JSON.stringify(message))) end('it takes nothing');
  }

  function refuse(error: EtisError): void {
    if (!isOver) wire.send(JSON.stringify({ type: 'refused', code: error.code, reason: error.message } satisfies Downward));
    end(error.code);
  }

  function end(reason: string): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(handshake);
    wire.close(reason);
    host.closed(connection, reason);
  }

  function checkProof(
    proof: Signed,
    wanted: { identity: SubscriberIdentity; channel: Channel | 'enrol' },
    key: Parameters<typeof verifySignature>[0],
  ): void {
    const said: LinkProof = {
      by: 'subscriber',
      installation: host.installation,
      nonce: ours,
      subscriber: wanted.identity.id,
      channel: wanted.channel,
    };
    if (proof.payload !== canonicalJson(said) || !verifySignature(key, 'link', proof)) throw errors.LINK_PROOF_INVALID();
  }

  async function greet(message: Upward): Promise<void> {
    if (message.type === 'enrol') {
      checkProof(message.proof, { identity: message.identity, channel: 'enrol' }, message.publicKey);
      await host.enrol(message);
      send({ type: 'enrolled', subscriber: message.identity.id });
      return;
    }
    if (message.type !== 'hello') throw errors.LINK_PROTOCOL('it did not say first who it is');
    const { identity } = message;
    const found = await host.find(identity.id);
    if (found === null || found.identity.kind !== identity.kind || found.identity.scope !== identity.scope) {
      throw errors.SUBSCRIBER_UNKNOWN(identity.id);
    }
    checkProof(message.proof, message, found.key);
    if (found.revoked) throw errors.SUBSCRIBER_REVOKED(identity.id);
    if (isOver) return;
    subscriber = found;
    channel = message.channel;
    const { epoch, version, sections, directives } = message.holds;
    connection.assumed = {
      moment: { epoch, version },
      sections: new Map(Object.entries(sections)) as Assumed['sections'],
      directives: new Set(directives),
    };
    clearTimeout(handshake);
    await host.opened(connection as OpenConnection, message);
  }

  async function take(open: OpenConnection, message: Upward): Promise<void> {
    if (message.type === 'beat') return;
    if (open.channel === 'data') {
      if (message.type !== 'telemetry' && message.type !== 'audit')
        throw errors.LINK_PROTOCOL('orders are answered on the other connection');
      return await host.data(open, message);
    }
    const { identity, key } = open.subscriber;
    switch (message.type) {
      case 'acknowledgement': {
        if (!(await verifySignatureAside(key, 'acknowledgement', message.signed)))
          throw errors.SUBSCRIBER_LIED('an acknowledgement is not signed by its sender');
        const acknowledgement = readAcknowledgement(message.signed);
        if (acknowledgement.subscriber !== identity.id) throw errors.SUBSCRIBER_LIED('it acknowledged for another subscriber');
        return host.acknowledged(open, acknowledgement);
      }
      case 'receipt': {
        if (!(await verifySignatureAside(key, 'receipt', message.signed)))
          throw errors.SUBSCRIBER_LIED('a receipt is not signed by its sender');
        const { subscriber: named, installation } = readReceiptOwner(message.signed);
        if (named !== identity.id || installation !== host.installation)
          throw errors.SUBSCRIBER_LIED('it sent a receipt for another subscriber');
        return host.receipt(open, message.signed);
      }
      case 'shown':
        return await host.shown(open, message);
      default:
        throw errors.LINK_PROTOCOL('it said something that has no place here');
    }
  }

  async function receive(text: string): Promise<void> {
    try {
      if (isOver) return;
      const message = readUpward(text);
      if (subscriber === null || channel === null) await greet(message);
      else await take(connection as OpenConnection, message);
    } catch (error) {
      if (isOver) return;
      if (!(error instanceof EtisError)) return fail(error);
      if (error.code === errors.SUBSCRIBER_LIED.code || error.code === errors.LINK_PROOF_INVALID.code) host.lied(connection, error);
      refuse(error);
    } finally {
      pending -= 1;
    }
  }

  /** The fault is here and is told here; the other side learns that it has to come again. */
  function fail(error: unknown): void {
    host.failed(connection, error);
    refuse(errors.LINK_MESSAGE_FAILED.because({ cause: error }));
  }

  function isFlood(): boolean {
    const now = host.now();
    if (now - second.at >= 1_000) second = { at: now, count: 0 };
    second.count += 1;
    return second.count > mostPerSecond[channel ?? 'data'];
  }

  wire.onMessage((text) => {
    if (isOver) return;
    heardAt = host.now();
    if (text.length > (channel === null ? mostUnknownText : mostText[channel]))
      return refuse(errors.LINK_PROTOCOL('a message is too long'));
    if (isFlood() || pending >= mostPending) return connection.dismiss(handshakeMs, 'it sends more than is taken');
    pending += 1;
    turn = turn.then(() => receive(text));
  });
  wire.onClose((reason) => end(reason));
  wire.send(JSON.stringify(host.challenge(nonce, ours)));
  return connection;
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Receipt } from '@etis/contracts/directives';
import type { Downward, Upward } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Freshness, Moment } from '@etis/contracts/snapshot';
import type { TelemetrySink } from '@etis/contracts/telemetry';
import { type Clock, createLoop, EtisError, errorText, type Service } from '@etis/kernel';
import type { DirectivesStore } from '../directives/directives-store.ts';
import { errors } from '../errors.ts';
import type { GovernanceStore } from '../governance/governance-store.ts';
import type { SecretVault } from '../secrets/secret-vault.ts';
import { sign } from '../signing/signature.ts';
import { keepConnected } from './keep-connected.ts';
import { type Connect, type LinkSession, openLinkSession, type SubscriberCredential } from './link-session.ts';
import { createPlatformTime } from './platform-time.ts';
import { createSubscription, type Subscription } from './subscription.ts';

/** A part of a process that is governed over a link of its own. */
export interface Subscriber extends Service {
  freshness(): Freshness;
  /** What is in force; version 0 before the first manifest. */
  applied(): Moment;
  /** Resolves once a first manifest is in force. */
  readonly governed: Promise<void>;
  /** How far this process's clock is ahead of the platform's, in milliseconds. */
  skewMs(): number;
  /** Sends a receipt for what was decided here, such as an order of break-glass: now, or once the platform is reached again. */
  report(receipt: Receipt): void;
  /** Over the data connection. */
  readonly telemetry: TelemetrySink;
  /** Hands over rows of a local audit chain by the number of the last; false where the platform did not take them. */
  sendAudit(sequence: number, rows: readonly unknown[]): Promise<boolean>;
}

/** Where what governs is kept across starts. */
export interface GovernanceCopy {
  /** What was kept, the newest first; an older one is there for when that cannot be used. */
  candidates(): AsyncIterable<string>;
  write(text: string): Promise<void>;
}

export interface SubscriberOptions {
  readonly credential: SubscriberCredential;
  readonly store: Pick<GovernanceStore, 'publish'>;
  readonly directives: DirectivesStore;
  readonly vault: Pick<SecretVault, 'addDataKey'>;
  readonly connect: Connect;
  /** Where what is in force is kept, so that a start needs no platform; null where the platform is in the same process. */
  readonly copy: GovernanceCopy | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a batch may take to be taken, in milliseconds; then it is sent again later. */
const takenWithinMs = 5_000;
const saveEveryMs = 1_000;
const mostUntold = 1_000;

/** What is in force stays so whatever becomes of the link; past its time it is STALE. */
export function createSubscriber(options: SubscriberOptions): Subscriber {
  const { credential, clock } = options;
  const { identity, key } = credential;
  const log = options.log.child({ subscriber: identity.id });
  const time = createPlatformTime(clock);
  const subscription = createSubscription({ ...options, time, log });
  const { promise: governed, resolve: isGoverned } = Promise.withResolvers<void>();
  let untold: Receipt[] = [];
  const waiting = new Map<string, (taken: boolean) => void>();

  function tell(session: LinkSession, receipt: Receipt): void {
    session.send({ type: 'receipt', signed: sign(key, 'receipt', receipt) });
  }

  const { copy } = options;
  let isUnsaved = false;
  const saving = createLoop({
    name: `copy of what governs ${identity.id}`,
    log,
    idleMs: 60_000,
    async round() {
      const text = isUnsaved ? subscription.export() : null;
      isUnsaved = false;
      if (text === null || copy === null) return false;
      try {
        await copy.write(text);
      } catch (error) {
        isUnsaved = true;
        throw error;
      }
      await delay(saveEveryMs, undefined, { ref: false });
      return isUnsaved;
    },
  });

  function save(): void {
    isUnsaved = true;
    if (copy !== null) saving.wake();
  }

  async function restoreCopy(from: GovernanceCopy): Promise<void> {
    for await (const text of from.candidates()) {
      try {
        subscription.restore(text);
        isGoverned();
        return;
      } catch (error) {
        if (error instanceof EtisError && error.code === errors.MASTER_KEY_WRONG.code) throw error;
        log.error({ err: error }, 'a kept copy of what governs cannot be used; an older one is tried');
      }
    }
  }

  function takeSnapshot(session: LinkSession, snapshot: Parameters<Subscription['take']>[0]): void {
    try {
      const acknowledgement = subscription.take(snapshot);
      if (acknowledgement === null) return;
      session.send({ type: 'acknowledgement', signed: sign(key, 'acknowledgement', acknowledgement), acknowledgement });
      isGoverned();
      save();
    } catch (error) {
      log.error({ err: error, reason: errorText(error) }, 'what the platform sent to govern was refused');
    } finally {
      for (const receipt of subscription.receipts()) tell(session, receipt);
    }
  }

  function takeCommand(session: LinkSession, message: Downward): void {
    if (message.type === 'snapshot') takeSnapshot(session, message.snapshot);
    if (message.type === 'directive') {
      const receipt = subscription.direct(message.directive, message.certificates);
      if (receipt !== null) tell(session, receipt);
      save();
    }
    if (message.type === 'show') {
      const shown = subscription.shown();
      if (shown !== null) session.send({ type: 'shown', ...shown });
    }
  }

  const open = (channel: 'command' | 'data', receive: (session: LinkSession, message: Downward) => void) => async () => {
    // What comes before the session is handed out waits for it.
    const early: Downward[] = [];
    let opened: LinkSession | undefined;
    const session = await openLinkSession({
      ...{ credential, channel, connect: options.connect, time, clock },
      holds: subscription.holdings,
      receive: (message) => (opened === undefined ? void early.push(message) : receive(opened, message)),
    });
    opened = session;
    for (const message of early) receive(session, message);
    return session;
  };
  const command = keepConnected({
    name: `${identity.id} command`,
    log,
    open: open('command', takeCommand),
    opened(session) {
      for (const receipt of untold.splice(0)) tell(session, receipt);
    },
  });
  const data = keepConnected({
    name: `${identity.id} data`,
    log,
    open: open('data', (_session, message) => {
      if (message.type === 'taken') waiting.get(`${message.of} ${message.sequence}`)?.(true);
    }),
  });

  /** Resolves to whether the platform said in time that it has taken it. */
  async function handOver(of: 'telemetry' | 'audit', sequence: number, message: Upward): Promise<boolean> {
    const session = data.session();
    if (session === null) return false;
    const name = `${of} ${sequence}`;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const late = setTimeout(() => resolve(false), takenWithinMs).unref();
    waiting.set(name, resolve);
    void session.ended.then(() => resolve(false));
    session.send(message);
    const taken = await promise;
    clearTimeout(late);
    waiting.delete(name);
    return taken;
  }

  return {
    name: `subscriber ${identity.id}`,
    freshness() {
      const until = subscription.freshUntil();
      if (until === null) return 'EMPTY';
      return until > time.now() ? 'READY' : 'STALE';
    },
    applied: subscription.applied,
    governed,
    skewMs: time.skewMs,
    report(receipt) {
      const session = command.session();
      if (session !== null) tell(session, receipt);
      else untold = [...untold, receipt].slice(-mostUntold);
    },
    telemetry: { send: (batch) => handOver('telemetry', batch.sequence, { type: 'telemetry', batch }) },
    sendAudit: (sequence, rows) => handOver('audit', sequence, { type: 'audit', sequence, rows }),
    async start() {
      if (copy !== null) {
        await restoreCopy(copy);
        await saving.start();
      }
      await command.start();
      await data.start();
    },
    async stop() {
      await Promise.all([command.stop(), data.stop()]);
      if (copy !== null) await saving.stop();
    },
  };
}

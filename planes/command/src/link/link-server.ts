import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { joinWires, type KnownTenants } from '@etis/agent';
import type { Channel, Downward, LinkProof, SubscriberIdentity, Upward, Wire } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Moment, Signed } from '@etis/contracts/snapshot';
import { type Clock, createLoop, type EtisError, errorText, type Service, supervise } from '@etis/kernel';
import type { SliceCompiler } from '../compile/slice-compiler.ts';
import type { Track } from '../compile/track.ts';
import type { Enrolment } from '../enrolment/enrolment.ts';
import { errors } from '../errors.ts';
import type { FleetLog } from '../fleet/fleet-log.ts';
import type { SubscriberRegistry } from '../fleet/subscriber-registry.ts';
import type { Signer } from '../keys/key-ring.ts';
import { isLater, type SnapshotClock } from '../keys/snapshot-clock.ts';
import { createAdmission } from './admission.ts';
import { type Connection, type ConnectionHost, type OpenConnection, openConnection } from './connection.ts';
import type { Governor, News } from './governor.ts';
import { createMember, type Member } from './member.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';

/** Serves the links of subscribers, over whatever wires they come. */
export interface LinkServer extends Service {
  /** `nonce` is what the one who dialled wants to be answered for. */
  accept(wire: Wire, nonce: string): void;
  /** A wire to this server within the process. */
  connect(channel: Channel, nonce: string): Promise<Wire>;
  /** Sends a directive at once to every subscriber of this process that it concerns and that was not sent it before. */
  broadcast(signed: Signed, concerns: (identity: SubscriberIdentity, tenants: KnownTenants) => boolean): void;
  /** Asks every subscriber of this process to show what it holds. */
  askWhatIsHeld(): void;
  /** Ends the connections of whoever is not enrolled any more. */
  endRevoked(): void;
  /** Resolves when every subscriber of this process holds what it should, or after so many milliseconds. */
  settled(withinMs: number): Promise<void>;
  /** How many subscribers are connected to this process. */
  size(): number;
}

export interface LinkServerOptions {
  readonly installation: string;
  readonly signer: Signer;
  readonly slices: SliceCompiler;
  readonly governor: Governor;
  readonly writer: SnapshotWriter;
  readonly registry: SubscriberRegistry;
  readonly enrolment: Pick<Enrolment, 'redeem'>;
  readonly fleetLog: FleetLog;
  readonly snapshotClock: Pick<SnapshotClock, 'read'>;
  /** Takes a receipt that its subscriber signed. */
  readonly receive: (receipt: Signed, subscriber: string) => void;
  /** Takes what a subscriber shows that holds more than this platform ever gave out. */
  readonly shown: (shown: Extract<Upward, { type: 'shown' }>, subscriber: string) => Promise<void>;
  /** Takes what comes over data connections; it is told to be taken when this resolves. */
  readonly data: (message: Extract<Upward, { type: 'telemetry' | 'audit' }>, subscriber: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** How often both sides say that they are there, in milliseconds; default 10,000. */
  readonly heartbeatMs?: number;
  /** How many may be coming in at a time; default 256. */
  readonly places?: number;
}

const flushEveryMs = 20;
const restateAfterMs = 1_000;
/** So many manifests are signed before others have their turn. */
const signedAtOnce = 32;

export function createLinkServer(options: LinkServerOptions): LinkServer {
  const { installation, signer, slices, governor, writer, registry, fleetLog, clock, heartbeatMs = 10_000 } = options;
  const log = options.log.child({ plane: 'command' });
  const admission = createAdmission({ places: options.places ?? 256, clock });
  const connections = new Set<Connection>();
  const members = new Map<string, Member>();
  const datas = new Map<string, Connection>();
  const byTrack = new Map<Track, Set<Member>>();
  const blocked = new Set<Connection>();
  const places = new Map<Connection, () => void>();
  const due = new Set<Member>();
  let isSending = false;
  let restating: NodeJS.Timeout | undefined;

  function challenge(nonce: string, ours: string): Downward {
    const said: LinkProof = { by: 'platform', installation, nonce, now: new Date(clock.now()).toISOString() };
    return {
      type: 'challenge',
      protocol: 1,
      installation,
      nonce: ours,
      proof: signer.sign('link', said),
      certificates: signer.certificates(),
    };
  }

  function leavePlace(connection: Connection): void {
    places.get(connection)?.();
    places.delete(connection);
  }

  function join(connection: OpenConnection): void {
    const { identity } = connection.subscriber;
    const before = connection.channel === 'command' ? members.get(identity.id)?.connection : datas.get(identity.id);
    if (connection.channel === 'data') datas.set(identity.id, connection);
    else addMember(createMember({ connection, slice: slices.slice(identity), clock, note: (state) => fleetLog.note(identity.id, state) }));
    before?.dismiss(heartbeatMs, 'another connection of the same subscriber took its place');
  }

  function addMember(member: Member): void {
    const { identity } = member.connection.subscriber;
    const replaced = members.get(identity.id);
    if (replaced !== undefined) forgetMember(replaced);
    members.set(identity.id, member);
    for (const track of member.slice.tracks.values()) {
      const concerned = byTrack.get(track) ?? new Set();
      byTrack.set(track, concerned.add(member));
    }
  }

  function forgetMember(member: Member): void {
    due.delete(member);
    for (const track of member.slice.tracks.values()) byTrack.get(track)?.delete(member);
  }

  /** Makes everybody's next snapshot, a few at a time: an order that comes meanwhile goes out between them. */
  async function sendDue(): Promise<void> {
    let count = 0;
    for (const member of due) {
      due.delete(member);
      member.connection.queue.snapshotDue();
      member.connection.queue.flush();
      count += 1;
      if (count % signedAtOnce === 0) await turn();
    }
    isSending = false;
  }

  function makeDue(concerned: Iterable<Member>, moment: Moment): void {
    for (const member of concerned) {
      member.desire(moment);
      due.add(member);
    }
    if (isSending) return;
    isSending = true;
    void turn().then(sendDue);
  }

  /** A second later, together with what else is to be said: nobody waits for it. */
  function restate(): void {
    restating ??= setTimeout(() => {
      restating = undefined;
      makeDue(members.values(), governor.last());
    }, restateAfterMs);
  }

  function follow({ tracks, everyone, restated }: News): void {
    if (restated && !everyone) restate();
    const concerned = everyone ? members.values() : [...tracks].flatMap((track) => [...(byTrack.get(track) ?? [])]);
    makeDue(concerned, governor.last());
  }

  function makeSnapshot(connection: Connection): string | 'none' | null {
    const member = connection.subscriber === null ? undefined : members.get(connection.subscriber.identity.id);
    const moment = governor.moment();
    if (member === undefined || member.connection !== connection) return 'none';
    if (moment === null) return null;
    // As soon as a key signs again there is something new for everybody.
    if (signer.certificates().length === 0) return 'none';
    try {
      const { identity } = member.connection.subscriber;
      const written = writer.write({ identity, slice: member.slice, assumed: connection.assumed }, moment);
      if (written === 'anew') governor.renew();
      if (written === 'anew') return null;
      if (written === null) {
        member.isCurrent(moment);
        return 'none';
      }
      connection.assumed = written.assumed;
      member.sent(written.manifest);
      return written.text;
    } catch (error) {
      log.error({ err: error, reason: errorText(error) }, 'a manifest could not be signed');
      return null;
    }
  }

  /** Whether a subscriber proves to hold more than any process ever gave out. */
  async function holdsMore(holds: Moment): Promise<boolean> {
    return isLater(holds, governor.last()) && isLater(holds, await options.snapshotClock.read());
  }

  const host: ConnectionHost = {
    installation,
    challenge,
    async enrol(request) {
      await options.enrolment.redeem(request);
      await registry.refresh();
    },
    find: (id) => registry.find(id),
    async opened(connection, hello) {
      join(connection);
      leavePlace(connection);
      connection.send({ type: 'welcome', heartbeatMs });
      if (connection.channel === 'data') return;
      const isMore = await holdsMore(hello.holds);
      if (isMore || governor.isLost()) connection.send({ type: 'show' });
      // What is sent now would be older than what it has, and refused.
      if (isMore) return;
      const member = members.get(connection.subscriber.identity.id);
      if (member !== undefined) makeDue([member], governor.last());
    },
    acknowledged(connection, acknowledgement) {
      const member = members.get(connection.subscriber.identity.id);
      if (member?.connection !== connection) return;
      const refused = member.acknowledged(acknowledgement);
      if (refused.length > 0)
        log.error(
          { subscriber: acknowledgement.subscriber, sections: refused },
          'a subscriber refused sections; it keeps its last good ones',
        );
      // What was refused is not held: with the next manifest it is sent whole.
      const sections = new Map([...connection.assumed.sections].filter(([name]) => !refused.includes(name)));
      if (refused.length > 0) connection.assumed = { ...connection.assumed, sections };
    },
    receipt: (connection, signed) => options.receive(signed, connection.subscriber.identity.id),
    shown: (connection, shown) => options.shown(shown, connection.subscriber.identity.id),
    async data(connection, message) {
      const { id } = connection.subscriber.identity;
      if (message.type === 'telemetry' && message.batch.reports.some(({ subscriber }) => subscriber !== id))
        throw errors.SUBSCRIBER_LIED('it reported for another subscriber');
      await options.data(message, id);
      connection.send({ type: 'taken', of: message.type, sequence: message.type === 'audit' ? message.sequence : message.batch.sequence });
    },
    blocked(connection) {
      blocked.add(connection);
      flushing.wake();
    },
    makeSnapshot,
    closed(connection, reason) {
      connections.delete(connection);
      blocked.delete(connection);
      leavePlace(connection);
      const { subscriber, channel } = connection;
      if (subscriber === null) return;
      const { id } = subscriber.identity;
      if (channel === 'data' && datas.get(id) === connection) datas.delete(id);
      const member = members.get(id);
      if (channel !== 'command' || member?.connection !== connection) return;
      members.delete(id);
      forgetMember(member);
      member.left();
      log.info({ subscriber: id, reason }, 'a subscriber is gone');
    },
    lied(connection, error: EtisError) {
      log.error({ subscriber: connection.subscriber?.identity.id ?? null, err: error }, 'somebody on a link said what it may not say');
    },
    failed(connection, error) {
      log.error({ subscriber: connection.subscriber?.identity.id ?? null, err: error }, 'a message on a link could not be worked on');
    },
    now: () => clock.now(),
  };

  const flushing = createLoop({
    name: 'blocked links',
    log,
    idleMs: 1_000,
    async round() {
      for (const connection of [...blocked]) {
        blocked.delete(connection);
        connection.queue.flush();
      }
      if (blocked.size > 0) setTimeout(() => flushing.wake(), flushEveryMs).unref();
      return false;
    },
  });

  const beating = createLoop({
    name: 'link heartbeat',
    log,
    idleMs: heartbeatMs,
    async round() {
      const now = clock.now();
      for (const connection of [...connections]) {
        if (now - connection.heardAt() > 2 * heartbeatMs) connection.dismiss(heartbeatMs, 'nothing was heard of it');
        else if (connection.subscriber !== null) connection.send({ type: 'beat' });
      }
      for (const member of members.values()) member.seen();
      return false;
    },
  });
  const services = supervise('links', [flushing, beating], log);
  let isOpen = false;

  function accept(wire: Wire, nonce: string): void {
    const place = isOpen ? admission.enter() : { afterMs: 1_000 };
    if ('afterMs' in place) {
      wire.send(JSON.stringify({ type: 'later', afterMs: place.afterMs, reason: 'others come first' } satisfies Downward));
      wire.close('others come first');
      return;
    }
    try {
      const connection = openConnection({ wire, nonce, host });
      connections.add(connection);
      places.set(connection, place.leave);
    } catch (error) {
      place.leave();
      log.error({ err: error }, 'a link could not be served');
      wire.close('it cannot be served now');
    }
  }

  return {
    name: 'links',
    accept,
    async connect(_channel, nonce) {
      const [theirs, ours] = joinWires();
      accept(ours, nonce);
      return theirs;
    },
    broadcast(signed, concerns) {
      const text = writer.order(signed);
      const digest = hash('sha256', signed.payload, 'hex');
      for (const { connection, slice } of members.values()) {
        if (connection.assumed.directives.has(digest) || !concerns(connection.subscriber.identity, slice.tenants())) continue;
        if (!connection.queue.order(text)) connection.dismiss(heartbeatMs, 'it takes nothing');
        else connection.assumed = { ...connection.assumed, directives: new Set([...connection.assumed.directives, digest]) };
      }
    },
    askWhatIsHeld() {
      for (const { connection } of members.values()) connection.send({ type: 'show' });
    },
    endRevoked() {
      for (const connection of [...connections]) {
        const id = connection.subscriber?.identity.id;
        const known = registry.all().find(({ identity }) => identity.id === id);
        if (id !== undefined && (known === undefined || known.revoked)) connection.refuse(errors.SUBSCRIBER_REVOKED(id));
      }
    },
    async settled(withinMs) {
      const until = performance.now() + withinMs;
      const isSettled = () => {
        const moment = governor.moment();
        return moment !== null && due.size === 0 && [...members.values()].every((member) => member.holds(moment));
      };
      while (performance.now() < until && !isSettled()) await turn();
    },
    size: () => members.size,
    async start() {
      isOpen = true;
      governor.subscribe(follow);
      await services.start();
    },
    async stop() {
      isOpen = false;
      clearTimeout(restating);
      for (const connection of [...connections]) connection.dismiss(1_000, 'the platform stops');
      await services.stop();
    },
  };
}

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Connect, concernsSubscriber } from '@etis/agent';
import type { Fleet, FleetMember } from '@etis/contracts/command';
import type { Context } from '@etis/contracts/context';
import type { EnrolmentToken, SubscriberIdentity, Upward } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Secrets } from '@etis/contracts/secrets';
import type { GovernanceFeed } from '@etis/contracts/snapshot';
import type { TenantId } from '@etis/contracts/tenancy';
import { type Clock, createLoop, type Service, supervise } from '@etis/kernel';
import type { PlatformDb, SystemDb } from '@etis/postgres';
import { createSliceCompiler } from './compile/slice-compiler.ts';
import { type CommandDirectives, createDirectiveDesk, type DirectiveDeskOptions } from './directives/directive-desk.ts';
import { createEnrolment } from './enrolment/enrolment.ts';
import { errors } from './errors.ts';
import { createFleetDesk, membersOf } from './fleet/fleet-desk.ts';
import { createFleetLog } from './fleet/fleet-log.ts';
import { createFleetStates } from './fleet/fleet-state.ts';
import { createSubscriberRegistry } from './fleet/subscriber-registry.ts';
import { keepSubscriber } from './fleet/subscriber-rows.ts';
import { createKeyRing, type KeyRing } from './keys/key-ring.ts';
import { openLinkAuthority } from './keys/link-authority.ts';
import type { CertifiedKey } from './keys/link-certificate.ts';
import { createSnapshotClock } from './keys/snapshot-clock.ts';
import { createGovernor } from './link/governor.ts';
import { createLinkListener, type LinkListener } from './link/link-listener.ts';
import { createLinkServer, type LinkServer } from './link/link-server.ts';
import { createSnapshotWriter } from './link/snapshot-writer.ts';
import { ownContext } from './own-context.ts';
import { createRecovery, type Recovery } from './recovery/recovery.ts';

/** What comes over data connections. */
export type DataMessage = Extract<Upward, { type: 'telemetry' | 'audit' }>;

/** The command plane of one process of the platform: it governs subscribers, takes operators' orders and knows the fleet. */
export interface CommandPlane extends Service {
  /** Takes the governed state; what changed is on its way to whom it concerns when this returns. */
  readonly feed: GovernanceFeed;
  readonly keys: KeyRing;
  readonly server: LinkServer;
  readonly fleet: Fleet;
  readonly directives: CommandDirectives;
  /** The fleet for the plane itself: without a row of audit for each look. */
  members(): Promise<readonly FleetMember[]>;
  /** Whether a subscriber is concerned with a tenant at all. */
  serves(subscriber: string, tenant: TenantId): boolean;
  /** Whether anything can be signed: not after a restored backup, and not without a key in force. */
  signs(): boolean;
  /** Starts a new epoch after a restored backup. */
  readonly recover: Recovery['recover'];
  /** Dials this process from within it. */
  readonly connect: Connect;
  /** Makes parts of this very process subscribers, without a token. @throws COMMAND_SUBSCRIBER_EXISTS */
  adopt(parts: readonly { readonly identity: SubscriberIdentity; readonly publicKey: string }[]): Promise<void>;
}

export interface CommandPlaneOptions {
  readonly db: PlatformDb & SystemDb;
  readonly secrets: Secrets;
  readonly installation: string;
  /** Where the root key is, or was before it was moved offline. */
  readonly rootFile: string;
  /** Where the link listens for other processes, and under which addresses those find it; null where every role is in this process. */
  readonly listen: { readonly host: string; readonly port: number; readonly urls: readonly string[] } | null;
  readonly view: DirectiveDeskOptions['view'];
  readonly backlog: DirectiveDeskOptions['backlog'];
  /** Takes what comes over data connections. */
  readonly data: (message: DataMessage, subscriber: string) => Promise<void>;
  /** Called after directives, receipts or the fleet have changed. */
  readonly changed?: (what: 'directive' | 'receipt' | 'fleet') => void;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a manifest is fresh, in milliseconds; default ten minutes. It is renewed after half of that. */
  readonly freshMs?: number;
  readonly heartbeatMs?: number;
}

const lookEveryMs = 1_000;

export function createCommandPlane(options: CommandPlaneOptions): CommandPlane {
  const { db, secrets, installation, clock, freshMs = 600_000 } = options;
  const log = options.log.child({ plane: 'command' });
  const snapshotClock = createSnapshotClock({ db });
  const slices = createSliceCompiler();
  const registry = createSubscriberRegistry({ db, clock, log });
  const states = createFleetStates({ db });
  const fleetLog = createFleetLog({ states, process: randomUUID(), clock, log, written: () => options.changed?.('fleet') });
  const keys = createKeyRing({
    ...{ db, secrets, installation, rootFile: options.rootFile, clock, log },
    changed: () => governor.keysChanged(),
  });
  const governor = createGovernor({
    ...{ clock, snapshotClock, slices, log },
    keys: keys.generation,
    directives: (after) => directives.standing(after),
    catchUp: look,
    renewMs: freshMs / 2,
    becameLost: () => server.askWhatIsHeld(),
    ordered: ({ signed, directive }) => server.broadcast(signed, (identity, tenants) => concernsSubscriber(directive, identity, tenants)),
  });
  const writer = createSnapshotWriter({
    ...{ installation, clock, freshMs },
    signer: keys.signer,
    revokedKeys: keys.revokedKeys,
    standing: governor.standing,
  });
  const enrolment = createEnrolment({ db, clock, log, door });

  function door(): Omit<EnrolmentToken, 'identity' | 'secret' | 'expiresAt'> {
    if (options.listen === null || authority === undefined) throw errors.LINK_CLOSED();
    const { urls } = options.listen;
    const url = urls.length > 0 ? urls.join(',') : `wss://${hostname()}:${listener?.port()}/link`;
    return { url, installation, root: keys.root(), authority: authority.certificate };
  }

  async function epoch(): Promise<number> {
    const state = await snapshotClock.read();
    if (state.lost) throw errors.RECOVERY_NEEDED();
    return state.epoch;
  }

  const directives = createDirectiveDesk({
    ...{ db, installation, epoch, clock, log },
    signer: keys.signer,
    broadcast: (signed, concerns) => server.broadcast(signed, concerns),
    async subscribers() {
      const connected = await states.connected(clock.now());
      return registry
        .all()
        .filter(({ revoked }) => !revoked)
        .map(({ identity }) => ({
          identity,
          tenants: slices.slice(identity).tenants(),
          connected: connected.has(identity.id),
        }));
    },
    view: options.view,
    backlog: options.backlog,
    openBreakGlass: (signed) => keys.trust.open('break-glass', signed, { now: clock.now(), role: 'operator' }),
    changed(what) {
      if (what === 'directive')
        governor.lookAtDirectives().catch((error: unknown) => log.error({ err: error }, 'directives could not be read again'));
      options.changed?.(what);
    },
  });

  const recovery = createRecovery({
    ...{ db, installation, keys, snapshotClock, directives, clock, log },
    isBehind: governor.isBehind,
    changed: governor.wake,
  });

  const server = createLinkServer({
    ...{ installation, slices, governor, writer, registry, enrolment, fleetLog, snapshotClock, clock, log },
    signer: keys.signer,
    receive: (receipt, subscriber) => void directives.receive(receipt, subscriber),
    shown: (said, subscriber) => recovery.shown(said, subscriber),
    data: options.data,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
  });

  let news = { generation: '', directives: '', revocations: '' };
  /** Looks at what other processes of the platform did. */
  async function look(): Promise<void> {
    const [row] = await db.statement<{ generation: string; directive_epoch: string; directive_sequence: string; revocations: string }>(
      'select * from link_news()',
    );
    const fresh = {
      generation: row?.generation ?? '',
      directives: `${row?.directive_epoch} ${row?.directive_sequence}`,
      revocations: row?.revocations ?? '',
    };
    const before = news;
    news = fresh;
    if (fresh.generation !== before.generation) await keys.refresh();
    if (fresh.directives !== before.directives) await governor.lookAtDirectives();
    if (fresh.revocations !== before.revocations) await endRevoked();
  }

  async function endRevoked(): Promise<void> {
    await registry.refresh();
    server.endRevoked();
  }

  const looking = createLoop({
    name: 'news of other platform processes',
    log,
    idleMs: lookEveryMs,
    async round() {
      await look();
      return false;
    },
  });
  const services = supervise('command plane', [keys, fleetLog, governor, server, looking], log);
  let stopListening: (() => Promise<void>) | undefined;
  let authority: CertifiedKey | undefined;
  let listener: LinkListener | undefined;

  async function listen(): Promise<void> {
    if (options.listen === null) return;
    const certified = await openLinkAuthority({ db, secrets, clock, log });
    authority = certified;
    listener = createLinkListener({ ...options.listen, authority: () => certified, server, clock, log });
    await listener.start();
  }

  return {
    name: 'command plane',
    feed: slices,
    keys,
    server,
    directives,
    signs: () => !governor.isLost() && keys.signer.certificates().length > 0,
    recover: recovery.recover,
    connect: server.connect,
    members: async () => membersOf(registry.records(), await states.read(clock.now()), clock.now()),
    serves(subscriber, tenant) {
      const identity = registry.all().find((one) => one.identity.id === subscriber)?.identity;
      const tenants = identity === undefined ? new Set() : slices.slice(identity).tenants();
      return tenants === 'all' || tenants.has(tenant);
    },
    fleet: createFleetDesk({ db, states, enrolment, revoked: endRevoked, clock }),
    async adopt(parts) {
      const context: Context = ownContext(log);
      await db.platform(context, 'make parts of this process subscribers', async (tx) => {
        for (const { identity, publicKey } of parts) {
          if (!(await keepSubscriber(tx, identity, publicKey))) throw errors.SUBSCRIBER_EXISTS(identity.id);
        }
      });
      await registry.refresh();
    },
    async start() {
      await services.start();
      stopListening = await db.listen('etis_link_news', () => looking.wake());
      await registry.refresh();
      await listen();
    },
    async stop() {
      await listener?.stop();
      await stopListening?.();
      await services.stop();
      await directives.settled();
    },
  };
}

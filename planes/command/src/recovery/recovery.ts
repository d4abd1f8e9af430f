import { createTrust, keyIdOf, sign, verifySignature } from '@etis/agent';
import type { Recovered } from '@etis/contracts/command';
import type { Context } from '@etis/contracts/context';
import type { Directive } from '@etis/contracts/directives';
import type { Upward } from '@etis/contracts/link';
import type { Log } from '@etis/contracts/log';
import type { Manifest, Moment, Signed } from '@etis/contracts/snapshot';
import { type Clock, EtisError } from '@etis/kernel';
import { audit, type PlatformDb } from '@etis/postgres';
import type { CommandDirectives } from '../directives/directive-desk.ts';
import { digestOf } from '../directives/directive-rows.ts';
import { errors } from '../errors.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { isLater, type SnapshotClock } from '../keys/snapshot-clock.ts';
import { ownContext } from '../own-context.ts';
import { forgetHeld, keepHeld, readHeld } from './held-rows.ts';

/** What becomes of a platform that was restored from an older backup than its subscribers have seen. */
export interface Recovery {
  /**
   * Takes what a subscriber shows that holds more than this platform ever gave out, as far as the platform itself signed it. From then on nothing is
   * signed. @throws COMMAND_SUBSCRIBER_LIED, and what verifying throws
   */
  shown(said: Extract<Upward, { type: 'shown' }>, subscriber: string): Promise<void>;
  /**
   * Starts a new epoch, authorised by the root key (`root` is its PEM where it is not in its file), with the directives, keys and revocations that
   * subscribers showed. Restrictions that were resumed after the backup are in force again until they are resumed again.
   * @throws COMMAND_RECOVERY_NOT_NEEDED, COMMAND_ROOT_KEY_OFFLINE, COMMAND_ROOT_KEY_FOREIGN
   */
  recover(context: Context, options?: { readonly root?: string }): Promise<Recovered>;
}

export interface RecoveryOptions {
  readonly db: PlatformDb;
  readonly installation: string;
  readonly keys: Pick<KeyRing, 'root' | 'openRoot' | 'adopt' | 'rotate' | 'status' | 'revokedKeys'>;
  readonly snapshotClock: Pick<SnapshotClock, 'read' | 'noteSeen' | 'startEpoch'>;
  readonly directives: Pick<CommandDirectives, 'merge'>;
  /** Whether a later governed state was given out than can be read here. */
  readonly isBehind: () => boolean;
  /** Called after what may be signed has changed. */
  readonly changed: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

export function createRecovery(options: RecoveryOptions): Recovery {
  const { db, installation, keys, snapshotClock, clock, log } = options;

  /** What was signed counted when it was signed; how long ago that was does not matter here. */
  function verified(said: Extract<Upward, { type: 'shown' }>, subscriber: string) {
    const trust = createTrust({ installation, root: keys.root() });
    const { issuedAt } = JSON.parse(said.manifest.payload) as { issuedAt?: unknown };
    const then = Math.min(clock.now(), Date.parse(String(issuedAt)));
    trust.learn(said.certificates, then);
    trust.revoke(keys.revokedKeys());
    const manifest = trust.open<Manifest>('manifest', said.manifest, { now: then, role: 'online' });
    if (manifest.subscriber !== subscriber) throw errors.SUBSCRIBER_LIED("it showed another subscriber's manifest");
    const named = new Set(manifest.directives);
    /** What the manifest names is what it says, whoever's signature it has by now. One that was sent on its own has to be signed itself. */
    const isOurs = (signed: Signed) => {
      const { issuedAt, breakGlass } = JSON.parse(signed.payload) as Directive & { breakGlass?: unknown };
      // An order of break-glass is over as soon as its node is reached again, which is how it comes here: by its receipt.
      if (breakGlass !== undefined) return false;
      if (named.has(digestOf(signed))) return true;
      try {
        return trust.open<Directive>('directive', signed, { now: Date.parse(issuedAt), role: 'online' }).verb !== 'resume';
      } catch (error) {
        if (!(error instanceof EtisError)) throw error;
        log.error({ err: error, subscriber }, 'a subscriber showed a directive that this platform did not sign');
        return false;
      }
    };
    const root = keys.root();
    const certificates = said.certificates.filter(
      (signed) => signed.keyId === keyIdOf(root) && verifySignature(root, 'certificate', signed),
    );
    return { manifest, certificates, directives: said.directives.filter(isOurs) };
  }

  async function authorise(context: Context, recovered: Omit<Recovered, keyof Moment>, pem?: string): Promise<Moment> {
    const root = await keys.openRoot(pem);
    const { epoch, seen } = await snapshotClock.read();
    const next = Math.max(epoch, seen.epoch) + 1;
    const by = `${context.actor.kind}/${context.actor.id}`;
    const { payload, keyId, signature } = sign(root, 'recovery', {
      installation,
      epoch: next,
      by,
      at: new Date(clock.now()).toISOString(),
    });
    await db.platform(context, 'start a new epoch', async (tx) => {
      await tx.query('insert into recovery (epoch, payload, key_id, signature) values ($1, $2, $3, $4) on conflict do nothing', [
        next,
        payload,
        keyId,
        signature,
      ]);
      await forgetHeld(tx);
      await audit.record(tx, context, { action: 'recovery.start', target: `epoch/${next}`, detail: { ...recovered } });
    });
    return await snapshotClock.startEpoch();
  }

  return {
    async shown(said, subscriber) {
      const { manifest, certificates, directives } = verified(said, subscriber);
      const state = await snapshotClock.read();
      // Nobody shows anything unasked; while nothing is lost there is nothing to be learned.
      if (!state.lost && !isLater(manifest, state)) return;
      await db.platform(ownContext(log), 'keep what subscribers hold', (tx) =>
        keepHeld(tx, subscriber, { certificates, revoked: manifest.revokedKeys, directives }),
      );
      await snapshotClock.noteSeen(manifest);
      options.changed();
    },

    async recover(context, { root } = {}) {
      await keys.openRoot(root);
      if (!(await snapshotClock.read()).lost && !options.isBehind()) throw errors.RECOVERY_NOT_NEEDED();
      const held = await db.platform(context, 'read what subscribers hold', readHeld);
      const merged = await options.directives.merge(context, held.directives);
      await keys.adopt(context, held);
      // The key that signs here may be one that was revoked after the backup.
      if ((await keys.status()).current === null) await keys.rotate(context, root === undefined ? {} : { root });
      const recovered = { shownBy: held.shownBy, directives: merged, revokedKeys: held.revoked };
      const moment = await authorise(context, recovered, root);
      log.warn({ ...moment, ...recovered }, 'a new epoch was started');
      options.changed();
      return { ...moment, ...recovered };
    },
  };
}

import type { Log } from '@etis/contracts/log';
import { type Clock, uuidv7 } from '@etis/kernel';
import type { AuditReader, AuditRow, SystemDb } from '@etis/postgres';
import { type ChainState, type CheckpointSigner, createChainStore, positionIn } from './chain-store.ts';
import { type Checkpoint, payloadDigest } from './checkpoint.ts';
import { genesis } from './entry-content.ts';
import type { PersonalVault } from './personal-fields.ts';
import { findCuts } from './retention.ts';

export interface SealingOptions {
  /** The audit record of every domain that is to be sealed, that of the audit domain itself included. */
  readonly sources: readonly AuditReader[];
  /** The audit domain. */
  readonly db: SystemDb;
  readonly installation: string;
  readonly signer: CheckpointSigner;
  /** Seals what actions say of persons. */
  readonly personal: Pick<PersonalVault, 'prepare' | 'seal'>;
  readonly clock: Clock;
  readonly log: Log;
  /** After how long another process takes over from one that died, in milliseconds. */
  readonly leaseMs: number;
  /** How long entries are kept, in milliseconds; for ever without it. */
  readonly keepMs?: number | null;
}

/** One process's part in sealing. */
export interface Sealing {
  /**
   * Seals a batch of each domain and then signs where the chains stand, where anything is new; resolves to whether there may be more at once. Does
   * nothing while another process holds the lease. Whatever is thrown, nothing is lost or sealed twice.
   */
  round(): Promise<boolean>;
  /** Lets another take over at once. */
  end(): Promise<void>;
}

const rowsAtATime = 500;
const cutEveryMs = 60_000;

export function createSealing(options: SealingOptions): Sealing {
  const { sources, installation, clock, log, leaseMs, keepMs = null } = options;
  const store = createChainStore({ db: options.db, owner: uuidv7(), leaseMs });
  const failing = new Set<string>();
  let cutAgainAt = 0;
  /** What is known under the lease; forgotten whenever anything goes wrong, because then only the database knows. */
  let held: { readonly token: string; readonly renewedAt: number; readonly state: ChainState } | undefined;

  async function take(): Promise<typeof held> {
    const now = performance.now();
    if (held === undefined) {
      const token = await store.lease();
      held = token === null ? undefined : { token, renewedAt: now, state: await store.load() };
    } else if (now - held.renewedAt > leaseMs / 3) {
      await store.renew(held.token);
      held = { ...held, renewedAt: now };
    }
    return held;
  }

  /** A domain whose database is away keeps only itself from being sealed. */
  async function rowsOf(source: AuditReader, state: ChainState) {
    try {
      const rows = await source.read(positionIn(state, source.domain), rowsAtATime);
      if (failing.delete(source.domain)) log.info({ domain: source.domain }, 'the audit record can be read again');
      return rows;
    } catch (error) {
      if (!failing.has(source.domain))
        log.error({ domain: source.domain, err: error }, 'the audit record cannot be read, so it is not sealed');
      failing.add(source.domain);
      return [];
    }
  }

  async function sealOne(token: string, source: AuditReader, state: ChainState): Promise<{ state: ChainState; isFull: boolean }> {
    const rows = await rowsOf(source, state);
    const last = rows.at(-1);
    if (last === undefined) return { state, isFull: false };
    const { domain } = source;
    const sealedAt = new Date(clock.now()).toISOString();
    const keys = await options.personal.prepare(new Set(rows.flatMap(({ tenant }) => (tenant === null ? [] : [tenant]))));
    const personal = (row: AuditRow) => options.personal.seal(domain, row, keys);
    const changed = await store.seal(token, { domain, from: positionIn(state, domain), rows, personal, sealedAt }, state.heads);
    return {
      state: {
        ...state,
        heads: state.heads.with(changed),
        open: { ...state.open, ...changed },
        positions: new Map(state.positions).set(domain, { xid: last.xid, id: last.id }),
      },
      isFull: rows.length === rowsAtATime,
    };
  }

  /** What is old enough is looked for now and then, and again at once where there was much of it. */
  async function dueCuts(): Promise<Checkpoint['cuts']> {
    if (keepMs === null || performance.now() < cutAgainAt) return undefined;
    const cuts = await findCuts(options.db, clock.now() - keepMs);
    const isOver = Object.keys(cuts).length === 0;
    cutAgainAt = isOver ? performance.now() + cutEveryMs : 0;
    return isOver ? undefined : cuts;
  }

  async function signHeads(token: string, state: ChainState): Promise<ChainState> {
    const cuts = await dueCuts();
    if (Object.keys(state.open).length === 0 && cuts === undefined) return state;
    const number = (state.checkpoint?.number ?? 0) + 1;
    const said: Checkpoint = {
      installation,
      number,
      previous: state.checkpoint === null ? genesis : payloadDigest(state.checkpoint.payload),
      at: new Date(clock.now()).toISOString(),
      root: state.heads.sha256(),
      changed: state.open,
      ...(cuts === undefined ? {} : { cuts }),
    };
    const checkpoint = { ...options.signer.sign('checkpoint', said), number };
    await store.keepCheckpoint(token, checkpoint, said);
    return { ...state, open: {}, checkpoint };
  }

  async function work(): Promise<boolean> {
    const lease = await take();
    if (lease === undefined) return false;
    const { token } = lease;
    let { state } = lease;
    let more = false;
    for (const source of sources) {
      const sealed = await sealOne(token, source, state);
      state = sealed.state;
      more ||= sealed.isFull;
    }
    held = { ...lease, state: await signHeads(token, state) };
    return more;
  }

  return {
    async round() {
      try {
        return await work();
      } catch (error) {
        held = undefined;
        throw error;
      }
    },
    async end() {
      const token = held?.token;
      held = undefined;
      if (token !== undefined) await store.release(token);
    },
  };
}

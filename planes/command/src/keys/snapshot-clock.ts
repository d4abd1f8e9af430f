import type { Moment } from '@etis/contracts/snapshot';
import type { SystemDb } from '@etis/postgres';

/** Everything that a manifest is made from, each as far as it is known here. */
export interface Inputs {
  readonly governance: number;
  readonly directives: { readonly epoch: number; readonly sequence: number };
  readonly keys: number;
  /** Rises with time, so that manifests are renewed before they are stale. */
  readonly renewal: number;
}

interface Allotted extends Moment {
  /** Another process has allotted a moment for more than is known here: look again before anything is signed. */
  readonly behind: boolean;
  /** A subscriber holds what was never given out here: nothing may be signed. */
  readonly lost: boolean;
}

/** The one order of everything that governs, across processes. */
export interface SnapshotClock {
  /** The moment of a state: a new one where there is something new in it, or where it is asked for `anew`. */
  allot(inputs: Inputs, anew?: boolean): Promise<Allotted>;
  read(): Promise<Moment & { readonly seen: Moment; readonly lost: boolean }>;
  /** Notes what a subscriber proved to hold. */
  noteSeen(moment: Moment): Promise<void>;
  /** Starts an epoch after everything that was allotted or seen; versions go on rising. Resolves to its first moment. */
  startEpoch(): Promise<Moment>;
}

interface ClockRow {
  readonly epoch: string;
  readonly version: string;
  readonly seen_epoch: string;
  readonly seen_version: string;
}

export function createSnapshotClock({ db }: { db: Pick<SystemDb, 'statement'> }): SnapshotClock {
  return {
    async allot({ governance, directives, keys, renewal }, anew = false) {
      const [row] = await db.statement<ClockRow & { behind: boolean; lost: boolean }>(
        'select * from allot_moment($1, $2, $3, $4, $5, $6)',
        [governance, directives.epoch, directives.sequence, keys, renewal, anew],
      );
      if (row === undefined) throw new Error('the snapshot clock has lost its row');
      return { epoch: Number(row.epoch), version: Number(row.version), behind: row.behind, lost: row.lost };
    },
    async read() {
      const [row] = await db.statement<ClockRow>('select epoch, version, seen_epoch, seen_version from snapshot_clock');
      const moment = { epoch: Number(row?.epoch), version: Number(row?.version) };
      const seen = { epoch: Number(row?.seen_epoch), version: Number(row?.seen_version) };
      return { ...moment, seen, lost: isLater(seen, moment) };
    },
    async noteSeen({ epoch, version }) {
      await db.statement(
        'update snapshot_clock set seen_epoch = $1, seen_version = $2 where ($1::bigint, $2::bigint) > (seen_epoch, seen_version)',
        [epoch, version],
      );
    },
    async startEpoch() {
      const [row] = await db.statement<ClockRow>(
        `update snapshot_clock set epoch = greatest(epoch, seen_epoch) + 1, version = greatest(version, seen_version),
           governance = 0, directive_epoch = 0, directive_sequence = 0, keys = 0, renewal = 0
         returning epoch, version, seen_epoch, seen_version`,
      );
      return { epoch: Number(row?.epoch), version: Number(row?.version) };
    },
  };
}

/** Whether `one` is later than `other`: by its epoch, then by its version. */
export function isLater(one: Moment, other: Moment): boolean {
  return one.epoch !== other.epoch ? one.epoch > other.epoch : one.version > other.version;
}

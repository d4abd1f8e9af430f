import type { Log } from '@etis/contracts/log';
import type { Moment } from '@etis/contracts/snapshot';
import { type Clock, createLoop, type Service } from '@etis/kernel';
import type { SliceCompiler } from '../compile/slice-compiler.ts';
import type { Track } from '../compile/track.ts';
import type { SignedDirective } from '../directives/directive-rows.ts';
import type { Inputs, SnapshotClock } from '../keys/snapshot-clock.ts';

/** What stands, and up to where it says so. */
export interface Standing {
  readonly directives: readonly SignedDirective[];
  readonly through: { readonly epoch: number; readonly sequence: number };
}

/** What a new moment is about. */
export interface News {
  /** The tracks that are different from what they were. */
  readonly tracks: ReadonlySet<Track>;
  /** Whether every subscriber needs a manifest, whatever it sees. */
  readonly everyone: boolean;
  /** Whether what manifests say of directives has changed: who is connected was told of each directive already, so for them it is in no hurry. */
  readonly restated: boolean;
}

/** Gives every state that this process knows its place in the one order of everything that governs. */
export interface Governor extends Service {
  /** The moment of exactly what is known here now; null while it has none yet, and while nothing may be signed. */
  moment(): Moment | null;
  /** The last one that was current here; version 0 before the first. */
  last(): Moment;
  standing(): Standing;
  /** Subscribers hold what was never given out here, so that nothing may be signed. */
  isLost(): boolean;
  /** A later state was allotted than can be read here, for so long that it must have been lost. */
  isBehind(): boolean;
  /** Asks for a moment of its own although nothing changed. */
  renew(): void;
  /** Reads the directives again. */
  lookAtDirectives(): Promise<void>;
  /** The keys have changed. */
  keysChanged(): void;
  /** Something happened to the clock elsewhere. */
  wake(): void;
  subscribe(callback: (news: News) => void): void;
}

export interface GovernorOptions {
  readonly clock: Clock;
  readonly snapshotClock: SnapshotClock;
  readonly slices: SliceCompiler;
  readonly keys: () => number;
  /** Reads what stands, with what was resumed after a place in the order; null asks for no resumes. */
  readonly directives: (after: Standing['through'] | null) => Promise<Standing & { readonly resumes: readonly SignedDirective[] }>;
  /** What others know already and this process does not: it looks again at everything. */
  readonly catchUp: () => Promise<void>;
  /** How often every manifest is renewed, in milliseconds. */
  readonly renewMs: number;
  /** Called with each directive that is in force now and was not when it was looked before, and with each resume since, whoever ordered it. */
  readonly ordered: (directive: SignedDirective) => void;
  /** Called once it is known that subscribers hold what was never given out here. */
  readonly becameLost: () => void;
  readonly log: Log;
}

/** How soon it is tried again while another process knows more. */
const behindMs = 50;
/** Processes catch up with each other in less; what has been behind for so long has lost something. */
const behindForMs = 10_000;

export function createGovernor(options: GovernorOptions): Governor {
  const { clock, snapshotClock, slices, log } = options;
  let standing: Standing = { directives: [], through: { epoch: 0, sequence: 0 } };
  let hasLooked = false;
  let moment: Moment = { epoch: 1, version: 0 };
  let allotted: Inputs | null = null;
  let lost = false;
  let anew = false;
  let unsure = false;
  let tracks = new Set<Track>();
  let everyone = false;
  let restated = false;
  let behindSince: number | null = null;
  let saidBehind = false;
  const callbacks = new Set<(news: News) => void>();

  function inputs(): Inputs {
    return {
      governance: slices.version(),
      directives: standing.through,
      keys: options.keys(),
      renewal: Math.floor(clock.now() / options.renewMs),
    };
  }

  async function lookAtDirectives(): Promise<void> {
    const before = standing;
    // Before the first look nobody is connected who could have to be told of a resume.
    const { resumes, ...fresh } = await options.directives(hasLooked ? before.through : null);
    if (isBefore(fresh.through, standing.through)) return;
    standing = fresh;
    hasLooked = true;
    const known = new Set(before.directives.map(({ digest }) => digest));
    for (const directive of fresh.directives) if (!known.has(directive.digest)) options.ordered(directive);
    for (const resume of resumes) options.ordered(resume);
    if (digestsOf(before) === digestsOf(fresh) && !isBefore(before.through, fresh.through)) return;
    restated = true;
    // One that ended by itself is told of by a moment of its own.
    if (!isBefore(before.through, fresh.through)) anew = true;
    loop.wake();
  }

  function becameLost(): void {
    if (lost) return;
    lost = true;
    log.error({ ...moment }, 'subscribers hold more than this platform ever gave out: nothing is signed until it is recovered');
    options.becameLost();
  }

  async function fallBehind(): Promise<void> {
    behindSince ??= clock.now();
    if (!saidBehind && clock.now() - behindSince > behindForMs) {
      log.error(
        { ...moment },
        'what governs was allotted for a later state than the database of control has: was it restored from an older backup?',
      );
      saidBehind = true;
    }
    await options.catchUp();
  }

  /** True where it has to be tried again at once. */
  async function settle(): Promise<boolean> {
    const known = inputs();
    if (known.governance === 0) return false;
    if (!anew && !unsure && allotted !== null && !lost && isSame(known, allotted)) return false;
    unsure = false;
    const given = await snapshotClock.allot(known, anew);
    if (given.lost) becameLost();
    else if (given.behind) await fallBehind();
    else take(given, known);
    return !given.lost && !given.behind && !isSame(inputs(), known);
  }

  function take({ epoch, version }: Moment, known: Inputs): void {
    if (lost) log.info({ epoch, version }, 'the platform signs again');
    if (lost || allotted === null || known.renewal > allotted.renewal || known.keys > allotted.keys) everyone = true;
    moment = { epoch, version };
    allotted = known;
    lost = false;
    anew = false;
    behindSince = null;
    saidBehind = false;
    if (!isSame(inputs(), known)) return;
    const news = { tracks, everyone, restated };
    tracks = new Set();
    everyone = false;
    restated = false;
    for (const callback of callbacks) callback(news);
  }

  const loop = createLoop({
    name: 'governor',
    log,
    idleMs: Math.min(1_000, options.renewMs),
    async round() {
      const again = await settle();
      if (behindSince !== null) setTimeout(() => loop.wake(), behindMs).unref();
      return again;
    },
  });

  slices.subscribe((changed) => {
    for (const track of changed) tracks.add(track);
    loop.wake();
  });

  return {
    name: loop.name,
    moment: () => (lost || allotted === null || anew || !isSame(inputs(), allotted) ? null : moment),
    last: () => moment,
    standing: () => standing,
    isLost: () => lost,
    isBehind: () => saidBehind,
    renew() {
      anew = true;
      loop.wake();
    },
    lookAtDirectives,
    keysChanged: () => loop.wake(),
    wake() {
      unsure = true;
      loop.wake();
    },
    subscribe: (callback) => void callbacks.add(callback),
    async start() {
      const state = await snapshotClock.read();
      moment = { epoch: state.epoch, version: state.version };
      if (state.lost) becameLost();
      await lookAtDirectives();
      await loop.start();
    },
    stop: () => loop.stop(),
  };
}

function isSame(one: Inputs, other: Inputs): boolean {
  return (
    one.governance === other.governance &&
    one.keys === other.keys &&
    one.renewal === other.renewal &&
    one.directives.epoch === other.directives.epoch &&
    one.directives.sequence === other.directives.sequence
  );
}

function isBefore(one: Standing['through'], other: Standing['through']): boolean {
  return one.epoch !== other.epoch ? one.epoch < other.epoch : one.sequence < other.sequence;
}

function digestsOf({ directives }: Standing): string {
  return directives
    .map(({ digest }) => digest)
    .sort()
    .join();
}

import { createTestDatabase, type TestDatabase } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandDomain } from '../domain.ts';
import { createSnapshotClock, type Inputs, isLater, type SnapshotClock } from './snapshot-clock.ts';

let database: TestDatabase;
let clock: SnapshotClock;
beforeEach(async () => {
  database = await createTestDatabase({ domains: [commandDomain] });
  clock = createSnapshotClock({ db: database.db('command') });
});
afterEach(() => database.drop());

const state = (governance: number, parts: Partial<Inputs> = {}): Inputs => ({
  governance,
  directives: { epoch: 0, sequence: 0 },
  keys: 0,
  renewal: 0,
  ...parts,
});

describe('the snapshot clock', () => {
  it('gives each state one moment, and a later state a later one', async () => {
    const states = [
      state(1),
      state(2),
      state(2, { directives: { epoch: 1, sequence: 1 } }),
      state(2, { directives: { epoch: 1, sequence: 1 }, keys: 1 }),
      state(2, { directives: { epoch: 1, sequence: 1 }, keys: 1, renewal: 9 }),
    ];
    for (const [index, one] of states.entries()) {
      const expected = { epoch: 1, version: index + 1, behind: false, lost: false };
      expect(await clock.allot(one)).toEqual(expected);
      expect(await clock.allot(one)).toEqual(expected);
    }
  });

  it('is one for every process, whoever asks at the same time', async () => {
    const other = createSnapshotClock({ db: database.db('command') });
    for (let version = 1; version <= 10; version += 1) {
      const given = await Promise.all([clock, other, clock, other].map((one) => one.allot(state(version, { renewal: version }))));
      expect(given).toEqual(given.map(() => ({ epoch: 1, version, behind: false, lost: false })));
    }
  });

  it.each<[string, Inputs]>([
    ['less is known of the governed state', state(1, { directives: { epoch: 1, sequence: 5 }, keys: 5 })],
    ['less is known of the directives', state(5, { directives: { epoch: 1, sequence: 4 }, keys: 5 })],
    ['the directives are of an earlier epoch', state(5, { directives: { epoch: 0, sequence: 9 }, keys: 5 })],
    ['less is known of the keys', state(5, { directives: { epoch: 1, sequence: 5 }, keys: 4 })],
  ])('allots nothing where %s than elsewhere', async (_, known) => {
    const before = await clock.allot(state(5, { directives: { epoch: 1, sequence: 5 }, keys: 5 }));
    expect(await clock.allot(known, true)).toEqual({ ...before, behind: true });
    expect(await clock.read()).toMatchObject({ version: before.version });
  });

  it('gives a state a moment of its own once more where that is asked for, and never goes back in time', async () => {
    const late = await clock.allot(state(1, { renewal: 7 }));
    expect(await clock.allot(state(1, { renewal: 3 }))).toEqual(late);
    expect(await clock.allot(state(1, { renewal: 3 }), true)).toEqual({ ...late, version: late.version + 1 });
  });

  it('stops where somebody holds what was never given out, until a later epoch begins', async () => {
    const before = await clock.allot(state(3));
    await clock.noteSeen({ epoch: 1, version: before.version });
    expect(await clock.read()).toMatchObject({ lost: false });
    await clock.noteSeen({ epoch: 1, version: 90 });
    await clock.noteSeen({ epoch: 1, version: 40 });
    expect(await clock.read()).toEqual({ epoch: 1, version: 1, seen: { epoch: 1, version: 90 }, lost: true });
    expect(await clock.allot(state(4), true)).toEqual({ ...before, lost: true });
    expect(await clock.startEpoch()).toEqual({ epoch: 2, version: 90 });
    expect(await clock.read()).toMatchObject({ lost: false });
    expect(await clock.allot(state(1)), 'less than before the restore is no reason to wait').toEqual({
      ...{ epoch: 2, version: 91 },
      ...{ behind: false, lost: false },
    });
  });
});

it.each([
  [{ epoch: 1, version: 2 }, { epoch: 1, version: 1 }, true],
  [{ epoch: 2, version: 1 }, { epoch: 1, version: 9 }, true],
  [{ epoch: 1, version: 9 }, { epoch: 2, version: 1 }, false],
  [{ epoch: 1, version: 1 }, { epoch: 1, version: 1 }, false],
])('%j is later than %j: %s', (one, other, expected) => expect(isLater(one, other)).toBe(expected));

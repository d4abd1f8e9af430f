import { eventually } from '@etis/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFindings } from './findings.ts';
import { type Counted, createVerificationRuns, type VerificationRuns } from './verification-runs.ts';

interface Work {
  readonly counted: Counted;
  readonly done: PromiseWithResolvers<{ rows: number; oldestMs: number }>;
}

let works: Work[];
let runs: VerificationRuns;
beforeEach(() => {
  works = [];
  runs = createVerificationRuns({
    work(counted) {
      const done = Promise.withResolvers<{ rows: number; oldestMs: number }>();
      works.push({ counted, done });
      return done.promise;
    },
    total: async () => 1_000,
    findings: createFindings,
    clock: { now: () => Date.parse('2026-11-02T09:31:00.000Z') },
    answerMs: 20,
  });
});

const unsealed = { rows: 2, oldestMs: 40 };
const newest = () => works.at(-1) as Work;

describe('a verification', () => {
  it('answers with how far it has come, and goes on whoever stops to listen', async () => {
    const begun = await runs.begin();
    expect(begun).toMatchObject({ state: 'running', total: 1_000, entries: 0, startedAt: '2026-11-02T09:31:00.000Z' });
    newest().counted.entries = 400;
    expect(await runs.look(begun.id)).toMatchObject({ id: begun.id, state: 'running', entries: 400 });
    newest().counted.entries = 1_000;
    newest().done.resolve(unsealed);
    expect(await runs.look(begun.id)).toMatchObject({ state: 'done', entries: 1_000, unsealed, findings: [] });
    expect(await runs.look(begun.id), 'as often as it is asked for').toMatchObject({ state: 'done' });
  });

  it('is one for all who ask while it runs, and another for who asks later', async () => {
    const [one, other] = await Promise.all([runs.begin(), runs.begin()]);
    expect([other.id, works.length]).toEqual([one.id, 1]);
    expect((await runs.begin()).id).toBe(one.id);
    newest().done.resolve(unsealed);
    await runs.look(one.id);
    expect((await runs.begin()).id).not.toBe(one.id);
    expect(works).toHaveLength(2);
  });

  it('answers at once where it ends in time', async () => {
    const answer = runs.begin();
    await eventually(() => works.length === 1);
    newest().done.resolve(unsealed);
    expect(await answer).toMatchObject({ state: 'done', unsealed });
  });

  it('that failed says so to who asks, and does not stand in the way of another', async () => {
    const { id } = await runs.begin();
    newest().done.reject(new Error('the database is away'));
    await expect(runs.look(id)).rejects.toThrow('the database is away');
    expect(await runs.begin()).toMatchObject({ state: 'running' });
  });

  it('is not known elsewhere, nor for ever', async () => {
    await expect(runs.look('019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a72')).rejects.toMatchObject({ code: 'COMMAND_VERIFICATION_UNKNOWN' });
    const { id } = await runs.begin();
    for (let index = 0; index < 16; index += 1) {
      newest().done.resolve(unsealed);
      await runs.look(id);
      await runs.begin();
    }
    await expect(runs.look(id)).rejects.toMatchObject({ code: 'COMMAND_VERIFICATION_UNKNOWN' });
  });
});

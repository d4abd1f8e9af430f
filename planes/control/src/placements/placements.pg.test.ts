import type { LaneDepth } from '@etis/contracts/flow';
import { testContext } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlUnderTest, startControl } from '../control-under-test.ts';
import { createRecord } from '../ports-under-test.ts';

const acme = testContext({ tenant: 'acme' });
const beta = testContext({ tenant: 'beta' });
const record = createRecord();
const nudge = { product: 'nudge', cluster: 'nudge-standard' };
const pulse = { product: 'pulse', cluster: 'pulse-standard' };
const lane: LaneDepth = {
  lane: 'acme/nudge',
  tenant: 'acme',
  product: 'nudge',
  waiting: 0,
  parked: 0,
  deadLetters: 2,
  cluster: 'nudge-standard',
  heldBy: null,
  trouble: null,
};
let under: ControlUnderTest;

beforeAll(async () => {
  under = await startControl({ spine: record.spine });
  for (const id of ['acme', 'beta']) await under.control.tenants.create(testContext(), { id, name: id });
});
afterAll(() => under[Symbol.asyncDispose]());
beforeEach(() => {
  record.state.lanes = [];
});

describe('a placement', () => {
  it('is made once, also by many at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => under.control.placements.ensure(acme, nudge)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await under.control.placements.get(acme, 'nudge')).toEqual({ tenant: 'acme', ...nudge });
  });

  it('of many on different clusters at once is on one', async () => {
    const attempts = ['nudge-standard', 'nudge-enterprise'].map((cluster) =>
      under.control.placements.ensure(beta, { product: 'nudge', cluster }).then(
        () => 'made',
        (error: { code: string }) => error.code,
      ),
    );
    expect((await Promise.all(attempts)).sort()).toEqual(['CONTROL_PLACEMENT_EXISTS', 'made']);
    await under.control.placements.remove(beta, 'nudge');
  });

  it('is told to expectations as it is, inside the change', async () => {
    const seen: unknown[] = [];
    await under.control.placements.ensure(acme, pulse, (current) => void seen.push(current));
    await under.control.placements.ensure(acme, pulse, (current) => void seen.push(current));
    await under.control.placements.remove(acme, 'pulse', (current) => void seen.push(current));
    expect(seen).toEqual([null, { tenant: 'acme', ...pulse }, { tenant: 'acme', ...pulse }]);
  });

  it('does not change where an expectation throws', async () => {
    const before = await under.version();
    const refuse = () => {
      throw new Error('not as expected');
    };
    await expect(under.control.placements.ensure(acme, pulse, refuse)).rejects.toThrow('not as expected');
    await expect(under.control.placements.remove(acme, 'nudge', refuse)).rejects.toThrow('not as expected');
    expect(await under.version()).toBe(before);
  });

  it('is listed page by page, in the order of products', async () => {
    await under.control.placements.ensure(acme, pulse);
    const first = await under.control.placements.list(acme, { limit: 1 });
    expect(first).toEqual({ items: [{ tenant: 'acme', ...nudge }], next: 'nudge' });
    expect(await under.control.placements.list(acme, { limit: 1, cursor: 'nudge' })).toEqual({
      items: [{ tenant: 'acme', ...pulse }],
      next: null,
    });
    expect(await under.control.placements.list(beta, { limit: 10 })).toEqual({ items: [], next: null });
  });
});

describe('removing a placement', () => {
  it.each([{ waiting: 1 }, { parked: 1 }])('is refused while its lane holds %j', async (held) => {
    record.state.lanes = [{ ...lane, ...held }];
    await expect(under.control.placements.remove(acme, 'nudge')).rejects.toMatchObject({ code: 'CONTROL_PLACEMENT_BUSY', retryable: true });
    expect(under.view().placements).toContainEqual({ tenant: 'acme', ...nudge });
  });

  it('does not wait for dead letters, nor for other lanes', async () => {
    record.state.lanes = [lane, { ...lane, lane: 'acme/pulse', product: 'pulse', waiting: 5 }];
    await under.control.placements.remove(acme, 'nudge');
    expect(under.view().placements).not.toContainEqual({ tenant: 'acme', ...nudge });
    await expect(under.control.placements.get(acme, 'nudge')).rejects.toMatchObject({ code: 'CONTROL_PLACEMENT_UNKNOWN' });
    await expect(under.control.placements.remove(acme, 'nudge')).rejects.toMatchObject({ code: 'CONTROL_PLACEMENT_UNKNOWN' });
  });

  it("does not reach another tenant's", async () => {
    await under.control.placements.ensure(acme, nudge);
    await expect(under.control.placements.remove(beta, 'nudge')).rejects.toMatchObject({ code: 'CONTROL_PLACEMENT_UNKNOWN' });
    expect(await under.control.placements.get(acme, 'nudge')).toEqual({ tenant: 'acme', ...nudge });
  });
});

import { testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlUnderTest, startControl } from '../control-under-test.ts';
import { createProducts } from '../products/products.ts';
import { createClusters } from './clusters.ts';

const context = testContext();
let under: ControlUnderTest;
beforeAll(async () => {
  under = await startControl();
});
afterAll(() => under[Symbol.asyncDispose]());

const clusters = () => createClusters({ db: under.database.db('control') });
const products = () => createProducts({ db: under.database.db('control') });

describe('what is deployed', () => {
  it('is listed page by page, in the order of ids', async () => {
    const first = await clusters().list(context, { limit: 2 });
    expect(first).toEqual({
      items: [
        { id: 'nudge-enterprise', product: 'nudge', tier: 'enterprise' },
        { id: 'nudge-standard', product: 'nudge', tier: 'standard' },
      ],
      next: 'nudge-standard',
    });
    expect(await clusters().list(context, { limit: 2, cursor: 'nudge-standard' })).toEqual({
      items: [{ id: 'pulse-standard', product: 'pulse', tier: 'standard' }],
      next: null,
    });
    expect(await products().list(context, { limit: 1 })).toEqual({
      items: [{ id: 'nudge', title: 'Nudge', subscriptions: ['document.*'], filters: {} }],
      next: 'nudge',
    });
    expect((await products().list(context, { limit: 1, cursor: 'nudge' })).items).toEqual([
      { id: 'pulse', title: 'Pulse', subscriptions: ['*'], filters: {} },
    ]);
  });

  it('is shown one by one', async () => {
    expect(await clusters().get(context, 'nudge-standard')).toEqual({ id: 'nudge-standard', product: 'nudge', tier: 'standard' });
    await expect(clusters().get(context, 'nowhere')).rejects.toMatchObject({ code: 'CONTROL_NO_SUCH_CLUSTER', kind: 'not-found' });
    await expect(clusters().get(context, '../x')).rejects.toMatchObject({
      code: 'CONTROL_INPUT_INVALID',
      details: [{ pointer: 'cluster' }],
    });
  });

  it('is looked at with a reason that is recorded', async () => {
    await clusters().list(context, { limit: 1 });
    const rows = await under.database.admin('control')(`select from audit_entry where reason = 'list clusters' and actor_id = 'test'`);
    expect(rows.length).toBeGreaterThan(0);
  });
});

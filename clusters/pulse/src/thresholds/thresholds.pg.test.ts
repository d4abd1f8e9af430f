import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acme, asActor, bolt, createPulseStand, dataset, type PulseStand } from '../../fixtures/pulse-stand.ts';
import type { pulse } from '../index.ts';

let stand: PulseStand;
beforeAll(async () => {
  stand = await createPulseStand();
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

type Input = Parameters<(typeof pulse.operations)['thresholds.set']['run']>[0];
const base: Input = {
  ...{ id: 'slow', title: 'Issues take long', direction: 'above', raiseAt: 10, clearAt: 5 },
  query: { dataset, measures: ['lead_time'] },
};
const set = (input: Partial<Input> = {}, context = acme) => stand.host.call(context, 'thresholds.set', { ...base, ...input });
const hours = (leadHours: number | null, openedAt = '2026-06-14T10:00:00Z') => ({ project: 'tower', status: 'open', openedAt, leadHours });
const alerts = async (input = {}) => (await stand.host.call(acme, 'alerts.list', input)).items;

async function figure(value: number, tenant = 'acme'): Promise<void> {
  await stand.publish(tenant, [hours(value)]);
  await stand.hear(tenant);
}

describe('a threshold', () => {
  it('raises once, stays through what lies in between, and is resolved once', async () => {
    await set();
    for (const value of [4, 12, 15, 7, 11, 5, 6, 4]) await figure(value);
    const emitted = await stand.emitted();
    expect(emitted.map(({ type, data }) => [type, data.value])).toEqual([
      ['pulse.alert.raised', 12],
      ['pulse.alert.resolved', 5],
    ]);
    const [alert, ...others] = await alerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ threshold: 'slow', title: 'Issues take long', raisedValue: 12, resolvedValue: 5 });
    expect(emitted.map(({ data }) => data.alert)).toEqual([alert?.id, alert?.id]);
    await figure(20);
    expect((await alerts()).map(({ resolvedAt }) => resolvedAt === null)).toEqual([true, false]);
    expect(await alerts({ open: true })).toHaveLength(1);
    const first = await stand.host.call(acme, 'alerts.list', { limit: 1 });
    expect(await alerts({ limit: 1, cursor: first.next ?? '' })).toEqual([alert]);
  });

  it('is of its tenant, and says nothing of other datasets or while it is disabled', async () => {
    await set();
    await set({ id: 'off', enabled: false });
    await figure(20, 'bolt');
    expect(await stand.emitted()).toEqual([]);
    expect((await stand.host.call(bolt, 'thresholds.list', undefined)).items).toEqual([]);
    await stand.publish('acme', [hours(20)]);
    await stand.hear('acme', { dataset: 'construction.document_churn' });
    await stand.hear('acme', { dataset: 7 });
    expect(await stand.emitted()).toEqual([]);
    await stand.hear();
    expect((await stand.emitted()).map(({ data }) => data.threshold)).toEqual(['slow']);
  });

  it('looks at its window only, and a figure that is not there changes nothing', async () => {
    await set({ windowHours: 24, clearAt: 10 });
    await stand.publish('acme', [hours(50, '2026-06-01T10:00:00Z'), hours(1)]);
    await stand.hear();
    expect(await stand.emitted()).toEqual([]);
    await figure(20);
    await stand.publish('acme', [hours(null)]);
    await stand.hear();
    await stand.publish('acme', []);
    await stand.hear();
    expect((await stand.emitted()).map(({ type }) => type)).toEqual(['pulse.alert.raised']);
  });

  it.each<[string, Partial<Input>, string]>([
    ['two figures', { query: { dataset, measures: ['lead_time', 'issues'] } }, 'PULSE_THRESHOLD_INVALID'],
    ['many figures', { query: { dataset, measures: ['issues'], grain: 'day' } }, 'PULSE_THRESHOLD_INVALID'],
    [
      'a window and a range',
      { windowHours: 1, query: { dataset, measures: ['issues'], from: '2026-01-01T00:00:00Z' } },
      'PULSE_THRESHOLD_INVALID',
    ],
    ['clearing beyond raising', { clearAt: 11 }, 'PULSE_THRESHOLD_INVALID'],
    ['clearing beyond raising, below', { direction: 'below', clearAt: 9 }, 'PULSE_THRESHOLD_INVALID'],
    ['an unknown measure', { query: { dataset, measures: ['salary'] } }, 'PULSE_NAME_UNKNOWN'],
  ])('is refused with %s', async (_, input, expected) => {
    await expect(set(input)).rejects.toMatchObject({ code: expected });
    expect((await stand.host.call(acme, 'thresholds.list', undefined)).items).toEqual([]);
  });

  it('is nothing for one who sees some projects only', async () => {
    await stand.host.call(acme, 'policies.set', { actor: 'rosa', projects: ['tower'] });
    await expect(set({}, asActor({ kind: 'operator', id: 'rosa' }))).rejects.toMatchObject({ code: 'PULSE_FORBIDDEN' });
  });

  it('can be replaced and deleted', async () => {
    await set();
    await set({ raiseAt: 30 });
    expect((await stand.host.call(acme, 'thresholds.list', undefined)).items).toMatchObject([{ id: 'slow', raiseAt: 30, clearAt: 5 }]);
    expect(await stand.host.call(acme, 'thresholds.delete', { id: 'slow' })).toEqual({ deleted: true });
    expect(await stand.host.call(acme, 'thresholds.delete', { id: 'slow' })).toEqual({ deleted: false });
    await figure(40);
    expect(await stand.emitted()).toEqual([]);
  });
});

describe('a dashboard', () => {
  const dashboard = {
    ...{ id: 'site', title: 'Site' },
    tiles: [
      { title: 'Issues', chart: 'number' as const, query: { dataset, measures: ['issues'] } },
      { title: 'By project', chart: 'bar' as const, query: { dataset, measures: ['issues'], dimensions: ['project'] } },
    ],
  };

  it('is kept with its tiles, replaced and deleted, for its tenant', async () => {
    await stand.host.call(acme, 'dashboards.set', dashboard);
    expect(await stand.host.call(acme, 'dashboards.get', { id: 'site' })).toEqual(dashboard);
    expect((await stand.host.call(acme, 'dashboards.list', undefined)).items).toEqual([{ id: 'site', title: 'Site', tiles: 2 }]);
    await expect(stand.host.call(bolt, 'dashboards.get', { id: 'site' })).rejects.toMatchObject({ code: 'PULSE_DASHBOARD_UNKNOWN' });
    expect(await stand.host.call(bolt, 'dashboards.delete', { id: 'site' })).toEqual({ deleted: false });
    await stand.host.call(acme, 'dashboards.set', { ...dashboard, tiles: dashboard.tiles.slice(1) });
    expect((await stand.host.call(acme, 'dashboards.get', { id: 'site' })).tiles).toEqual(dashboard.tiles.slice(1));
    expect(await stand.host.call(acme, 'dashboards.delete', { id: 'site' })).toEqual({ deleted: true });
    expect((await stand.host.call(acme, 'dashboards.list', undefined)).items).toEqual([]);
  });

  it('takes no question that its owner may not ask', async () => {
    const tile = { title: 'x', chart: 'table' as const, query: { dataset, measures: ['salary'] } };
    await expect(stand.host.call(acme, 'dashboards.set', { ...dashboard, tiles: [tile] })).rejects.toMatchObject({
      code: 'PULSE_NAME_UNKNOWN',
    });
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acme, asActor, bolt, createPulseStand, dataset, type IssueRow, type PulseStand } from '../../fixtures/pulse-stand.ts';
import { grains, type Query } from './query-input.ts';

let stand: PulseStand;
beforeAll(async () => {
  stand = await createPulseStand();
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

const issue = (row: Partial<IssueRow> = {}): IssueRow => ({
  ...{ project: 'tower', status: 'open', openedAt: '2026-06-01T10:00:00Z', leadHours: 4 },
  ...row,
});
const ask = (query: Partial<Query> = {}, context = acme) =>
  stand.host.call(context, 'query.run', { dataset, measures: ['issues'], ...query });
const rows = async (query: Partial<Query> = {}, context = acme) => (await ask(query, context)).rows;

describe('a query', () => {
  it('answers by dimensions, time and measures, with the version that was read', async () => {
    const version = await stand.publish('acme', [
      issue(),
      issue({ leadHours: 8 }),
      issue({ project: 'bridge', openedAt: '2026-06-02T10:00:00Z' }),
    ]);
    const answer = await ask({ dimensions: ['project'], measures: ['issues', 'lead_time', 'median_lead_time'], grain: 'day' });
    expect(answer).toEqual({
      ...{ dataset, version, madeAt: new Date(stand.clock.at).toISOString() },
      columns: ['time', 'project', 'issues', 'lead_time', 'median_lead_time'],
      rows: [
        ['2026-06-01T00:00:00', 'tower', 2, 6, 6],
        ['2026-06-02T00:00:00', 'bridge', 1, 4, 4],
      ],
    });
  });

  it('adds up: by any dimension and grain, in any timezone, the sum is the whole', async () => {
    const generated = fc.sample(
      fc.record({
        project: fc.constantFrom('tower', 'bridge', "o'hara", null),
        status: fc.constantFrom('open', 'closed', '', null),
        openedAt: fc.date({ min: new Date('2025-01-01'), max: new Date('2026-12-31'), noInvalidDate: true }).map((at) => at.toISOString()),
        leadHours: fc.option(fc.integer({ min: 0, max: 1000 })),
      }),
      { numRuns: 120, seed: 7 },
    );
    await stand.publish('acme', generated);
    const total = generated.reduce((sum, { leadHours }) => sum + (leadHours ?? 0), 0);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom('project', 'status')),
        fc.option(fc.constantFrom(...grains), { nil: undefined }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia'),
        async (dimensions, grain, timezone) => {
          const shape = { dimensions, timezone, ...(grain === undefined ? {} : { grain }), limit: 10_000 };
          const found = await rows({ ...shape, measures: ['issues', 'total_lead_time'] });
          expect(found.reduce((sum, row) => sum + Number(row.at(-2)), 0)).toBe(generated.length);
          expect(found.reduce((sum, row) => sum + Number(row.at(-1)), 0)).toBe(total);
          const groups = found.map((row) => JSON.stringify(row.slice(0, -2)));
          expect(new Set(groups).size).toBe(groups.length);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('knows the day of a place, also where a clock is put forward', async () => {
    await stand.publish('acme', [
      issue({ openedAt: '2026-03-28T22:59:59Z' }),
      issue({ openedAt: '2026-03-28T23:00:00Z' }),
      issue({ openedAt: '2026-03-29T21:59:59Z' }),
      issue({ openedAt: '2026-03-29T22:00:00Z' }),
    ]);
    expect(await rows({ grain: 'day', timezone: 'Europe/Berlin' })).toEqual([
      ['2026-03-28T00:00:00', 1],
      ['2026-03-29T00:00:00', 2],
      ['2026-03-30T00:00:00', 1],
    ]);
  });

  it('takes the begin of a range and not its end', async () => {
    await stand.publish('acme', [issue({ openedAt: '2026-06-01T00:00:00Z' }), issue({ openedAt: '2026-06-02T00:00:00Z' })]);
    expect(await rows({ from: '2026-06-01T00:00:00Z', to: '2026-06-02T02:00:00+02:00' })).toEqual([[1]]);
  });

  it.each<[NonNullable<Query['filters']>[number], number]>([
    [{ dimension: 'project', operator: 'equals', values: ["o'hara"] }, 1],
    [{ dimension: 'project', operator: 'not-equals', values: ['tower'] }, 2],
    [{ dimension: 'project', operator: 'in', values: ['tower', "o'hara"] }, 2],
    [{ dimension: 'project', operator: 'in', values: [] }, 0],
    [{ dimension: 'project', operator: 'contains', values: ['HAR'] }, 1],
    [{ dimension: 'project', operator: 'contains', values: ['%'] }, 0],
    [{ dimension: 'project', operator: 'is-null' }, 1],
    [{ dimension: 'project', operator: 'equals', values: ["' or 1=1 --"] }, 0],
  ])('filters by %j', async (filter, count) => {
    await stand.publish('acme', [issue(), issue({ project: "o'hara" }), issue({ project: null })]);
    expect(await rows({ filters: [filter] })).toEqual([[count]]);
  });

  it('orders and cuts off', async () => {
    await stand.publish('acme', [issue(), issue({ project: 'bridge' }), issue({ project: 'bridge' })]);
    expect(await rows({ dimensions: ['project'], order: [{ by: 'issues', descending: true }], limit: 1 })).toEqual([['bridge', 2]]);
  });

  it('is of its own tenant alone', async () => {
    await stand.publish('acme', [issue()]);
    await stand.publish('bolt', [issue({ project: 'secret' }), issue({ project: 'secret' })]);
    expect(await rows({ dimensions: ['project'] })).toEqual([['tower', 1]]);
    expect(await rows({ dimensions: ['project'] }, bolt)).toEqual([['secret', 2]]);
  });

  it('of what there is not is not found', async () => {
    await expect(ask({ dataset: 'construction.salaries' })).rejects.toMatchObject({ code: 'PULSE_DATASET_UNKNOWN' });
    await expect(ask({ dataset: 'construction.document_churn', measures: ['versions'] })).rejects.toMatchObject({
      code: 'PULSE_DATASET_UNKNOWN',
    });
    await expect(ask({ measures: ['salary'] })).rejects.toMatchObject({ code: 'PULSE_NAME_UNKNOWN' });
    await expect(ask({ measures: ['a; drop'] })).rejects.toMatchObject({ code: 'RUNTIME_INPUT_INVALID' });
  });
});

describe('a policy', () => {
  const person = asActor({ kind: 'operator', id: 'rosa' });

  it('narrows what one sees: rows, measures, dimensions, and the list of them', async () => {
    await stand.publish('acme', [issue(), issue({ project: 'bridge' }), issue({ project: null })]);
    const policy = { projects: ['tower'], deniedMeasures: ['lead_time'], deniedDimensions: [`${dataset}.status`] };
    await stand.host.call(acme, 'policies.set', { actor: 'rosa', ...policy });
    expect(await rows({}, person)).toEqual([[1]]);
    expect(await rows()).toEqual([[3]]);
    await expect(rows({ measures: ['lead_time'] }, person)).rejects.toMatchObject({ code: 'PULSE_NAME_UNKNOWN' });
    await expect(rows({ filters: [{ dimension: 'status', operator: 'is-null' }] }, person)).rejects.toMatchObject({
      code: 'PULSE_NAME_UNKNOWN',
    });
    const { items } = await stand.host.call(person, 'datasets.list', undefined);
    const offered = items.find((one) => one.dataset === dataset);
    expect(offered?.rows).toBeNull();
    expect(offered?.measures.map(({ name }) => name)).not.toContain('lead_time');
    expect(offered?.dimensions.map(({ name }) => name)).toEqual(['project']);
    const { content } = await stand.host.call(person, 'query.csv', { dataset, measures: ['issues'], dimensions: ['project'] });
    expect(Buffer.from(content, 'base64').toString()).toBe('project,issues\r\ntower,1\r\n');
  });

  it('cannot be widened by whom it narrows', async () => {
    await stand.host.call(acme, 'policies.set', { actor: 'rosa', projects: [] });
    const denied = { code: 'PULSE_FORBIDDEN' };
    await expect(stand.host.call(person, 'policies.set', { actor: 'rosa', projects: null })).rejects.toMatchObject(denied);
    await expect(stand.host.call(person, 'policies.delete', { actor: 'rosa' })).rejects.toMatchObject(denied);
    await expect(stand.host.call(person, 'policies.list', undefined)).rejects.toMatchObject(denied);
    await expect(stand.host.call(person, 'alerts.list', {})).rejects.toMatchObject(denied);
    expect((await stand.host.call(acme, 'policies.list', undefined)).items).toHaveLength(1);
    await stand.host.call(acme, 'policies.delete', { actor: 'rosa' });
    expect((await stand.host.call(person, 'policies.list', undefined)).items).toEqual([]);
  });

  it('is needed by whoever is neither an operator nor a part of the platform', async () => {
    await stand.publish('acme', [issue()]);
    const other = asActor({ kind: 'connection', id: 'autodesk' });
    await expect(rows({}, other)).rejects.toMatchObject({ code: 'PULSE_FORBIDDEN' });
    await stand.host.call(acme, 'policies.set', { actor: 'autodesk', projects: ['tower'] });
    expect(await rows({}, other)).toEqual([[1]]);
  });
});

describe('an export', () => {
  it('is Parquet with the types of the columns', async () => {
    await stand.publish('acme', [issue()]);
    const made = await stand.host.call(acme, 'query.parquet', { dataset, measures: ['issues'], dimensions: ['project'] });
    expect(made.mediaType).toBe('application/vnd.apache.parquet');
    expect(Buffer.from(made.content, 'base64').subarray(0, 4).toString()).toBe('PAR1');
  });

  it('holds no formula', async () => {
    await stand.publish('acme', [issue({ project: '=cmd|calc' }), issue({ project: ' +1' })]);
    const { content } = await stand.host.call(acme, 'query.csv', { dataset, measures: ['issues'], dimensions: ['project'] });
    expect(Buffer.from(content, 'base64').toString()).toBe('project,issues\r\n"\' +1",1\r\n"\'=cmd|calc",1\r\n');
  });
});

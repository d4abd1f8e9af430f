import type { Page, PageRequest } from '@etis/contracts/flow';
import { silentLog, supervise, uuidv7 } from '@etis/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSpine, type Spine, spineDomain } from '../index.ts';
import { adapters, delivery, fakeCluster, fakeGovernance, fakeView, thing } from '../spine-fixture.ts';

let database: TestDatabase;
let spine: Spine;

beforeAll(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
  const view = fakeView();
  const governance = fakeGovernance({
    ...view,
    tenants: new Map([...view.tenants, ['cedar', { id: 'cedar', name: 'cedar', status: 'suspended' as const }]]),
  });
  const transport = fakeCluster((entry) => (entry.event.data === 'fail' ? { error: 'no', retryable: false } : 'ok'));
  spine = createSpine({
    db: database.db('spine'),
    governance,
    adapters,
    transport,
    log: silentLog,
    settings: { router: { pollMs: 20 }, dispatcher: { pollMs: 10 } },
  });
  const service = supervise('spine', spine.services(), silentLog);
  await service.start();
  const sent = Array.from({ length: 23 }, (_, index) => thing(index % 3 === 0 ? 'birch' : 'acme', index % 2 === 0 ? 'fail' : null));
  sent.push(...Array.from({ length: 7 }, () => thing('cedar')));
  sent.push(...Array.from({ length: 5 }, (_, index) => delivery(`nonsense ${index}`)));
  sent.push(delivery('nonsense of acme', { connection: 'only-acme' }));
  await Promise.all(sent.map((one) => spine.inbox.append(one)));
  for (const one of sent) await eventually(async () => (await spine.queries.flow(one.id))?.settled);
  const jobs = Array.from({ length: 9 }, (_, index) => ({
    id: uuidv7(),
    kind: 'email',
    tenant: index % 2 === 0 ? 'acme' : 'birch',
    cause: uuidv7(),
    flow: uuidv7(),
    traceparent: thing('acme').traceparent,
    payload: null,
  }));
  await spine.jobs.enqueue(jobs);
  for (const job of await spine.jobs.lease({ kinds: ['email'], limit: 9, leaseMs: 60_000 })) {
    await spine.jobs.fail(job.claim, { error: 'dead', class: 'terminal' });
  }
  await service.stop();
});
afterAll(() => database.drop());

async function everything<T>(ask: (request: PageRequest) => Promise<Page<T>>, limit: number, tenant?: string): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await ask({ limit, ...(cursor === null ? {} : { cursor }), ...(tenant === undefined ? {} : { tenant }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    if (page.next !== null) expect(page.items).toHaveLength(limit);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

const lists = ['events', 'unmatched', 'deadLetters'] as const;
const totals = { events: 23, unmatched: 13, deadLetters: 21 };

describe.each(lists)('the list of %s', (list) => {
  const ask = (request: PageRequest) => spine.queries[list](request) as Promise<Page<{ tenant?: string }>>;

  it('shows each item once, in the same order, whatever the size of a page', async () => {
    const whole = await everything(ask, 200);
    expect(whole).toHaveLength(totals[list]);
    for (const limit of [1, 2, 5, 22, 23]) expect(await everything(ask, limit)).toEqual(whole);
  });

  it('shows a tenant its own and nothing else', async () => {
    const whole = await everything(ask, 200);
    const acme = await everything(ask, 3, 'acme');
    expect(acme.length).toBeGreaterThan(0);
    if (list !== 'unmatched') {
      expect(acme).toEqual(whole.filter((item) => item.tenant === 'acme'));
    } else {
      expect(acme).toMatchObject([{ connection: 'only-acme' }]);
      expect(await everything(ask, 3, 'cedar')).toHaveLength(7);
    }
    for (const nobody of ['nobody', '', "' or 1=1 --", 'a\0', '%']) expect(await everything(ask, 3, nobody)).toEqual([]);
  });

  it('keeps to the tenant on every page: a cursor carries no rights', async () => {
    const first = await ask({ limit: 1 });
    const page = await ask({ limit: 200, cursor: first.next ?? '', tenant: 'birch' });
    for (const item of page.items) if (item.tenant !== undefined) expect(item.tenant).toBe('birch');
  });

  it('refuses a cursor that it did not give', async () => {
    const others = await Promise.all(
      lists.filter((one) => one !== list).map(async (one) => (await spine.queries[one]({ limit: 1 })).next ?? ''),
    );
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      '',
      'x',
      '%',
      '\0',
      encode(null),
      encode({}),
      encode([list]),
      encode([list, '1; drop']),
      encode([list, 1]),
      'x'.repeat(5_000),
    ];
    for (const cursor of [...others, ...forged, encode(['events', '9'.repeat(19)]), encode(['dead-letters', '1', "'"])]) {
      await expect(ask({ limit: 1, cursor }), cursor.slice(0, 40)).rejects.toMatchObject({
        code: 'SPINE_CURSOR_MALFORMED',
        kind: 'invalid',
      });
    }
    await fc.assert(
      fc.asyncProperty(fc.string(), async (cursor) => {
        await expect(ask({ limit: 1, cursor })).rejects.toMatchObject({ code: 'SPINE_CURSOR_MALFORMED' });
      }),
    );
  });

  it.each([0, -1, 201, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the limit %s', async (limit) => {
    await expect(ask({ limit })).rejects.toMatchObject({ code: 'SPINE_LIMIT_MALFORMED', kind: 'invalid' });
  });
});

describe('the list of events', () => {
  it('is newest first and can be asked for one type', async () => {
    const { items } = await spine.queries.events({ limit: 200, type: 'thing.added' });
    expect(items).toHaveLength(23);
    expect((await spine.queries.events({ limit: 200, type: 'thing' })).items).toEqual([]);
    expect((await spine.queries.events({ limit: 200, type: '\0' })).items).toEqual([]);
    const accepted = items.map((item) => item.id);
    expect(accepted[0]).not.toBe(accepted.at(-1));
    expect((await spine.queries.flow(items[0]?.id ?? ''))?.id).toBe(items[0]?.flow);
  });
});

describe('the list of lanes', () => {
  it('shows depth, parked and dead of each, for all or for one tenant', async () => {
    const all = await spine.queries.lanes({});
    expect(all.map((lane) => [lane.lane, lane.waiting, lane.parked, lane.deadLetters])).toEqual([
      ['acme/nudge', 0, 0, 8],
      ['birch/nudge', 0, 0, 4],
    ]);
    expect(await spine.queries.lanes({ tenant: 'birch' })).toEqual(all.filter((lane) => lane.tenant === 'birch'));
    expect(await spine.queries.lanes({ tenant: 'cedar' })).toEqual([]);
    expect(await spine.queries.lanes({ tenant: '\0' })).toEqual([]);
  });
});

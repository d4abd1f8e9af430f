import { type SourceAdapter, SourceError } from '@etis/contracts/events';
import type { GovernanceView } from '@etis/contracts/governance';
import { isUuid, uuidv7 } from '@etis/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delivery, fakeView, plainAdapter } from '../spine-fixture.ts';
import { eventId } from './event-id.ts';
import { route } from './route.ts';
import { routingTable } from './routing-table.ts';
import { typeMatches } from './subscription-index.ts';

const table = routingTable(fakeView());

function routed(body: unknown, overrides: Parameters<typeof delivery>[1] = {}, view: GovernanceView = fakeView()) {
  return route(delivery(body, overrides), plainAdapter, routingTable(view));
}

describe('routing', () => {
  const site = 'acme-site';
  it.each([
    ['one subscriber', { type: 'thing.added', site }, ['acme/nudge']],
    ['two subscribers', { type: 'thing.counted', site }, ['acme/nudge', 'acme/pulse']],
    ['no subscriber', { type: 'other', site }, []],
    ['a prefix that only looks alike', { type: 'things.added', site }, []],
    ['a placement that is not there', { type: 'thing.counted', site: 'birch-site' }, ['birch/nudge']],
  ])('with %s', (_, body, lanes) => {
    const { events, unmatched } = routed(body);
    expect(unmatched).toEqual([]);
    expect(events).toHaveLength(1);
    expect(events[0]?.lanes.map((lane) => lane.name)).toEqual(lanes);
  });

  it.each([
    ['unresolved', { type: 'thing.added', site: 'nowhere' }, {}, null],
    ['unresolved', { type: 'thing.added' }, {}, null],
    ['unresolved', { type: 'thing.added', site }, { connection: 'gone' }, null],
    ['unreadable', 'not json', {}, null],
    ['unreadable', 'not json', { connection: 'only-acme' }, 'acme'],
    ['unknown-event', { type: 'unheard' }, {}, null],
  ] as const)('leaves unmatched: %s %j %j', (reason, body, overrides, tenant) => {
    const { events, unmatched } = routed(body, overrides);
    expect(events).toEqual([]);
    expect(unmatched).toMatchObject([{ reason, tenant }]);
    expect(unmatched[0]?.detail).not.toBe('');
  });

  it('keeps what concerns a suspended tenant, under its name', () => {
    const view = fakeView();
    const tenants = new Map([...view.tenants, ['acme', { id: 'acme', name: 'acme', status: 'suspended' as const }]]);
    expect(routed({ type: 'thing.added', site }, {}, { ...view, tenants }).unmatched).toMatchObject([
      { reason: 'tenant-suspended', tenant: 'acme' },
    ]);
  });

  it('places the events of one delivery each on its own', () => {
    const { events, unmatched } = routed([
      { type: 'thing.added', site },
      { type: 'thing.added', site: 'nowhere' },
      { type: 'thing.added', site: 'birch-site' },
    ]);
    expect(events.map((event) => event.tenant)).toEqual(['acme', 'birch']);
    expect(unmatched).toMatchObject([{ part: 1, reason: 'unresolved' }]);
  });

  it('never reaches another tenant through a connection that belongs to one', () => {
    const { events } = routed({ type: 'thing.added', site: 'birch-site' }, { connection: 'only-acme' });
    expect(events).toMatchObject([{ tenant: 'acme', project: null, region: null }]);
    const own = routed({ type: 'thing.added', site }, { connection: 'only-acme' });
    expect(own.events).toMatchObject([{ tenant: 'acme', project: 'acme-project' }]);
  });

  it('takes the first reference that is mapped', () => {
    const adapter: SourceAdapter = {
      ...plainAdapter,
      normalise: () => [
        {
          type: 'thing.added',
          source: '/s',
          subject: null,
          time: null,
          data: null,
          refs: ['nowhere', 'birch-site', 'acme-site'].map((id) => ({ system: 'plain', kind: 'site', id })),
        },
      ],
    };
    expect(route(delivery(''), adapter, table).events).toMatchObject([{ tenant: 'birch' }]);
  });

  describe('directed', () => {
    const directed: SourceAdapter = {
      ...plainAdapter,
      normalise: (one) => plainAdapter.normalise(one).map((event) => ({ ...event, directed: true })),
    };
    const send = (body: unknown, overrides: Partial<GovernanceView> = {}) =>
      route(delivery(body), directed, routingTable({ ...fakeView(), ...overrides }));
    const answering = (product: string | null) => ({
      resolver: [{ ref: { system: 'plain', kind: 'site', id: site }, tenant: 'acme', project: null, region: null, product }],
    });

    it.each([
      ['to the product that its resolver entry names', 'thing.counted', 'pulse', ['acme/pulse']],
      ['to that product whether it asked for the type or not', 'other', 'pulse', ['acme/pulse']],
      ['to the only one that asked for its type', 'thing.added', null, ['acme/nudge']],
    ])('goes into one lane: %s', (_, type, product, lanes) => {
      const { events, unmatched } = send({ type, site }, answering(product));
      expect(unmatched).toEqual([]);
      expect(events[0]?.lanes.map((lane) => lane.name)).toEqual(lanes);
    });

    it.each([
      ['several asked for', 'thing.counted', null, /2 of the tenant's/],
      ['nobody asked for', 'other', null, /0 of the tenant's/],
      ['a product that the tenant does not have', 'thing.added', 'code', /code, which the tenant acme is not placed on/],
    ])('goes nowhere rather than to two: %s', (_, type, product, detail) => {
      const { events, unmatched } = send({ type, site }, answering(product));
      expect(events).toEqual([]);
      expect(unmatched).toMatchObject([{ reason: 'undirected', tenant: 'acme', detail: expect.stringMatching(detail) }]);
    });

    it('leaves the others of its delivery alone', () => {
      const { events, unmatched } = send([
        { type: 'thing.counted', site },
        { type: 'thing.added', site },
        { type: 'thing.added', site: 'birch-site' },
      ]);
      expect(events.map((event) => event.lanes.map((lane) => lane.name))).toEqual([['acme/nudge'], ['birch/nudge']]);
      expect(unmatched).toMatchObject([{ part: 0, reason: 'undirected' }]);
    });
  });

  it('takes the time of the source where it is one, otherwise that of acceptance', () => {
    const receivedAt = new Date('2026-03-04T05:06:07.089Z');
    const time = (said: unknown) => routed({ type: 'thing.added', site, time: said }, { receivedAt }).events[0]?.time;
    expect(time('2026-01-02T03:04:05.123456Z')).toBe('2026-01-02T03:04:05.123456Z');
    for (const said of ['2026-01-02', 'yesterday', '2026-13-02T03:04:05Z', '2026-01-02T03:04:05+02:00', `2026${'0'.repeat(100)}`]) {
      expect(time(said), said).toBe('2026-03-04T05:06:07.089Z');
    }
  });

  it('gives the same answer for the same delivery, with ids of its own that rise within it', () => {
    const one = delivery(Array.from({ length: 50 }, () => ({ type: 'thing.added', site })));
    const first = route(one, plainAdapter, table);
    expect(route(one, plainAdapter, table)).toEqual(first);
    const ids = first.events.map((event) => event.id);
    expect(new Set(ids).size).toBe(50);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('throws for nothing that an adapter may throw or return, and names a reason', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true }), fc.boolean(), (what, throws) => {
        const adapter: SourceAdapter = {
          ...plainAdapter,
          normalise() {
            if (throws) throw what;
            return what as never;
          },
        };
        const { events, unmatched } = route(delivery('x'), adapter, table);
        if (throws) expect(unmatched).toMatchObject([{ reason: 'unreadable' }]);
        for (const one of unmatched) expect(one.detail.isWellFormed()).toBe(true);
        for (const event of events) expect(event.id).toSatisfy(isUuid);
      }),
    );
  });

  it('keeps every event of a delivery: as an event or as unmatched, in text that PostgreSQL can keep', () => {
    const item = fc.record({
      type: fc.oneof(fc.constantFrom('thing.added', 'thing.counted', 'other'), fc.string({ minLength: 1, unit: 'binary' })),
      site: fc.oneof(fc.constantFrom('acme-site', 'birch-site', 'nowhere'), fc.string({ unit: 'binary' })),
      subject: fc.string({ unit: 'binary', maxLength: 3_000 }),
      data: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), fc.constantFrom('shared', 'only-acme', 'gone'), (items, connection) => {
        const { events, unmatched } = routed(JSON.stringify(items), { connection });
        const whole = unmatched.some((one) => one.part === null);
        if (!whole) expect(events.length + unmatched.length).toBe(items.length);
        if (connection === 'only-acme') expect(events.every((event) => event.tenant === 'acme')).toBe(true);
        if (connection === 'gone') expect(events).toEqual([]);
        for (const event of events) {
          const texts = [event.type, event.source, event.subject ?? '', event.data, event.project ?? ''];
          for (const text of texts) expect(text.includes('\0') || !text.isWellFormed()).toBe(false);
          expect((event.subject ?? '').length).toBeLessThanOrEqual(1_024);
        }
      }),
    );
  });
});

describe('an event that a product emitted', () => {
  const good = {
    id: uuidv7(),
    type: 'thing.noted',
    source: '/nudge',
    subject: 's',
    time: '2026-01-02T03:04:05Z',
    data: { n: 1 },
    tenant: 'acme',
    project: 'p',
    region: null,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    flow: uuidv7(),
    cause: uuidv7(),
    hop: 16,
  };
  const platform = (body: unknown, view?: GovernanceView) => routed(body, { source: 'platform', connection: 'platform' }, view);

  it('keeps its id, tenant, flow, cause and trace', () => {
    const { specversion: _, ...expected } = { specversion: '1.0', ...good, data: '{"n":1}' };
    expect(platform(good).events).toMatchObject([{ ...expected, lanes: [{ name: 'acme/nudge', product: 'nudge' }] }]);
  });

  it('goes to the one product that it names, and needs no cause', () => {
    const { events } = platform({ ...good, type: 'job.done', cause: null, to: 'pulse' });
    expect(events).toMatchObject([{ cause: null, lanes: [{ name: 'acme/pulse', product: 'pulse' }] }]);
  });

  it.each([
    ['hop-limit', { ...good, hop: 17 }],
    ['unresolved', { ...good, tenant: 'nobody' }],
    ['unreadable', { ...good, hop: 0 }],
    ['unreadable', { ...good, hop: '1' }],
    ['unreadable', { ...good, id: 'x' }],
    ['unreadable', { ...good, cause: 7 }],
    ['unreadable', { ...good, to: 7 }],
    ['undirected', { ...good, to: 'code' }],
    ['unreadable', { ...good, type: 'x'.repeat(256) }],
    ['unreadable', { ...good, tenant: 7 }],
  ])('stays unmatched in its flow: %s', (reason, body) => {
    expect(platform(body).unmatched).toMatchObject([{ reason, flow: good.flow }]);
  });

  it.each(['', 'null', '[]', '7', '{}', '{"flow":7}'])('is unreadable as %j, in a flow of its own', (body) => {
    const one = delivery(body, { source: 'platform', connection: 'platform' });
    expect(route(one, undefined, table).unmatched).toMatchObject([{ reason: 'unreadable', flow: one.id }]);
  });
});

describe('the parts of routing', () => {
  it.each([
    ['*', 'anything', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', true],
    ['a.*', 'a', false],
    ['a.*', 'ab.c', false],
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['a*', 'ab', false],
  ])('%s takes %s: %s', (pattern, type, expected) => expect(typeMatches(pattern, type)).toBe(expected));

  it('tells references apart whatever is in them', () => {
    const ref = { system: 'a', kind: 'b', id: 'c' };
    const one = routingTable(fakeView({ resolver: [{ ref, tenant: 'acme', project: null, region: null, product: null }] }));
    expect(one.resolve([ref], null)?.tenant).toBe('acme');
    expect(one.resolve([{ system: 'a', kind: 'b","c', id: '' }], null)).toBeUndefined();
    expect(one.resolve([ref], 'birch')).toBeUndefined();
  });

  it('makes event ids that are UUIDv7 with the time of their delivery', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 7 }), fc.nat(999), fc.nat(999), (id, one, other) => {
        const made = eventId(id, one);
        expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(made.slice(0, 13)).toBe(id.slice(0, 13));
        expect(made === eventId(id, other)).toBe(one === other);
        if (one < other) expect(made < eventId(id, other)).toBe(true);
      }),
    );
  });

  it('hands on the reason that an adapter gives', () => {
    const adapter: SourceAdapter = {
      ...plainAdapter,
      normalise() {
        throw new SourceError('unknown-event', 'never heard of it');
      },
    };
    expect(route(delivery(''), adapter, table).unmatched).toMatchObject([{ reason: 'unknown-event', detail: 'never heard of it' }]);
  });
});

import type { Subscription } from '@etis/contracts/governance';
import { uuidv7 } from '@etis/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delivery, fakeView, plainAdapter } from '../spine-fixture.ts';
import { platformSource } from './read-platform.ts';
import { route } from './route.ts';
import { routingTable } from './routing-table.ts';
import { subscriptionIndex } from './subscription-index.ts';

const site = 'acme-site';

function routed(subscriptions: readonly Subscription[], body: unknown, overrides: Parameters<typeof delivery>[1] = {}) {
  return route(delivery(body, overrides), plainAdapter, routingTable(fakeView({ subscriptions })));
}

function nudge(filters: Readonly<Record<string, string>>, types: readonly string[] = ['thing.*']): Subscription {
  return { product: 'nudge', types, filters };
}

function lanesOf({ events }: ReturnType<typeof routed>): readonly string[] {
  return events.flatMap((event) => event.lanes.map((lane) => lane.name));
}

describe('routing by filters', () => {
  it('takes what the filter takes and keeps the rest with the reason', () => {
    const subscriptions = [nudge({ 'thing.*': 'event.data.size > 1000' })];
    expect(lanesOf(routed(subscriptions, { type: 'thing.added', site, data: { size: 2_000 } }))).toEqual(['acme/nudge']);
    const small = routed(subscriptions, { type: 'thing.added', site, data: { size: 1 } });
    expect(small.events).toEqual([]);
    const detail = 'thing.added: nudge filters it out (thing.* when event.data.size > 1000)';
    expect(small.unmatched).toMatchObject([{ part: 0, tenant: 'acme', reason: 'filtered', detail }]);
  });

  it('says why a filter had no answer', () => {
    const { unmatched } = routed([nudge({ 'thing.*': 'event.data.size > 1000' })], { type: 'thing.added', site, data: {} });
    expect(unmatched).toMatchObject([{ reason: 'filtered', detail: expect.stringContaining('nudge has no answer: No such key: size') }]);
  });

  it('sees the event as it was enriched', () => {
    const condition = 'event.tenant == "acme" && event.project == "acme-project" && event.region == "eu" && event.hop == 0';
    expect(lanesOf(routed([nudge({ 'thing.*': condition })], { type: 'thing.added', site }))).toEqual(['acme/nudge']);
  });

  it('keeps nothing as filtered that one product takes or nobody asked for', () => {
    const subscriptions = [nudge({ 'thing.*': 'false' }), { product: 'pulse', types: ['thing.counted'] }];
    const taken = routed(subscriptions, { type: 'thing.counted', site });
    expect(taken.unmatched).toEqual([]);
    expect(lanesOf(taken)).toEqual(['acme/pulse']);
    const unasked = routed(subscriptions, { type: 'other', site });
    expect(unasked.unmatched).toEqual([]);
    expect(unasked.events).toMatchObject([{ lanes: [] }]);
  });

  it('names every product that refused it', () => {
    const subscriptions = [{ product: 'pulse', types: ['*'], filters: { '*': 'false' } }, nudge({ 'thing.*': 'event.data.x == 1' })];
    const { unmatched } = routed(subscriptions, { type: 'thing.added', site, data: {} });
    expect(unmatched[0]?.detail).toMatch(
      /nudge has no answer.* \(thing\.\* when event\.data\.x == 1\); pulse filters it out \(\* when false\)$/,
    );
  });

  it('shows the beginning of a long condition, so that everyone who refused has room', () => {
    const long = `event.data.size > 1 && (${Array.from({ length: 20 }, (_, n) => `event.data.size > ${1_000 + n}`).join(' || ')})`;
    const subscriptions = [{ product: 'pulse', types: ['*'], filters: { '*': 'false' } }, nudge({ 'thing.*': long })];
    const { unmatched } = routed(subscriptions, { type: 'thing.added', site, data: { size: 1 } });
    expect(unmatched[0]?.detail).toContain(`nudge filters it out (thing.* when ${long.slice(0, 160)}…); pulse filters it out`);
  });

  it('counts the most specific pattern alone, with its filter or without', () => {
    const types = ['*', 'thing.*', 'thing.added'];
    const onlyWide = [nudge({ '*': 'false', 'thing.*': 'false' }, types)];
    expect(lanesOf(routed(onlyWide, { type: 'thing.added', site }))).toEqual(['acme/nudge']);
    expect(routed(onlyWide, { type: 'thing.removed', site }).unmatched).toMatchObject([{ reason: 'filtered' }]);
    expect(lanesOf(routed([nudge({ 'thing.added': 'false' }, types)], { type: 'thing.removed', site }))).toEqual(['acme/nudge']);
    expect(routed([nudge({ 'thing.added': 'false' }, types)], { type: 'thing.added', site }).unmatched).toMatchObject([
      { reason: 'filtered' },
    ]);
  });

  it('lets nothing through a filter that this release cannot read', () => {
    const { unmatched } = routed([nudge({ 'thing.*': 'event.newer == 1' })], { type: 'thing.added', site });
    expect(unmatched).toMatchObject([{ reason: 'filtered', detail: expect.stringContaining('No such key: newer') }]);
  });

  it.each([
    ['to the product', 'nudge', ['acme/nudge'], []],
    ['to everyone', null, [], [{ reason: 'filtered' }]],
  ])('asks no filter about an event of the platform that is directed: %s', (_, to, lanes, unmatched) => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const own = {
      id: uuidv7(),
      type: 'thing.done',
      source: 's',
      subject: null,
      time: null,
      data: {},
      traceparent,
      flow: uuidv7(),
      cause: null,
    };
    const body = { ...own, hop: 1, tenant: 'acme', project: null, region: null, to };
    const result = routed([nudge({ 'thing.*': 'false' })], body, { source: platformSource });
    expect(lanesOf(result)).toEqual(lanes);
    expect(result.unmatched).toMatchObject(unmatched);
  });

  it('gives the same for the same, whatever the data is', () => {
    const subscriptions = [nudge({ 'thing.*': 'event.data.a.b > 1 || event.data.c == "x"' }), { product: 'pulse', types: ['*'] }];
    const table = routingTable(fakeView({ subscriptions }));
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const one = delivery({ type: 'thing.added', site, data });
        const first = route(one, plainAdapter, table);
        expect(first.events).toHaveLength(1);
        expect(route(one, plainAdapter, table)).toEqual(first);
      }),
    );
  });
});

describe('the index of subscriptions', () => {
  it('is made once for a list that views share', () => {
    const subscriptions = [nudge({ 'thing.*': 'true' })];
    expect(subscriptionIndex(subscriptions)).toBe(subscriptionIndex(subscriptions));
    expect(subscriptionIndex([...subscriptions])).not.toBe(subscriptionIndex(subscriptions));
  });

  it('goes on to answer after more types than it remembers', () => {
    const index = subscriptionIndex([nudge({})]);
    for (let count = 0; count < 10_000; count += 1) index(`invented.${count}`);
    expect(index('thing.added')).toEqual([{ product: 'nudge', filter: null }]);
    expect(index('invented.1')).toEqual([]);
  });
});

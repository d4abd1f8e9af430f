import { uuidv7 } from '@etis/kernel';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Spine } from '../index.ts';
import { delivery, thing } from '../spine-fixture.ts';
import { createWorld, type SpineWorld } from '../spine-under-test.ts';

let world: SpineWorld;
let spine: Spine;
const texts = ['Grüße 図面', 'a "quoted" word', '100 % done', 'under_score', 'back\\slash', 'line\nbreak', 'plain beam'];
const sent = texts.map((note) => thing('acme', { note }));
const others = [
  thing('birch', { note: 'plain beam' }),
  delivery({ site: 'acme-site', type: 'thing.counted', subject: 'pier', data: { n: 1 } }),
  delivery({ site: 'nowhere', type: 'thing.added' }),
  delivery(
    [
      { site: 'acme-site', type: 'thing.added' },
      { site: 'nowhere', type: 'thing.added' },
    ],
    { connection: 'only-acme' },
  ),
];

beforeAll(async () => {
  world = await createWorld();
  spine = world.rest();
  for (const one of [...sent, ...others]) await spine.inbox.append(one);
  await world.routeAll();
});
afterAll(() => world.end());

const flows = async (filter: Parameters<Spine['queries']['events']>[0]) =>
  (await spine.queries.events(filter)).items.map((item) => item.flow).toReversed();

describe('events', () => {
  it.each(texts.map((text, index) => [text, index] as const))('are found by a text in them, taken literally: %s', async (text, index) => {
    expect(await flows({ limit: 50, text, tenant: 'acme' })).toEqual([sent[index]?.id]);
  });

  it('are found by text whatever its case, and by no wildcard', async () => {
    expect(await flows({ limit: 50, text: 'PLAIN' })).toEqual([sent.at(-1)?.id, others[0]?.id]);
    for (const text of ['%%%', '___', '.*.', 'plain%beam', 'plain_beam']) expect(await flows({ limit: 50, text })).toEqual([]);
  });

  it('are found by whatever text is in them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...texts), fc.nat(20), fc.integer({ min: 3, max: 20 }), async (whole, at, length) => {
        const text = whole.slice(at % whole.length, (at % whole.length) + length);
        fc.pre(text.length >= 3 && text.isWellFormed());
        expect(await flows({ limit: 50, text })).toContain(sent[texts.indexOf(whole)]?.id);
      }),
      { numRuns: 40 },
    );
  });

  it('are found by type, prefix of a type, subject and tenant', async () => {
    expect(await flows({ limit: 50, type: 'thing.counted' })).toEqual([others[1]?.id]);
    expect(await flows({ limit: 50, type: 'thing.*' })).toHaveLength(11);
    expect(await flows({ limit: 50, type: 'thin.*' })).toEqual([]);
    expect(await flows({ limit: 50, type: '*' })).toEqual([]);
    expect(await flows({ limit: 50, subject: 'pier' })).toEqual([others[1]?.id]);
    expect(await flows({ limit: 50, type: 'thing.*', tenant: 'birch' })).toEqual([others[0]?.id]);
  });

  it('are found by when they were routed', async () => {
    const past = new Date(Date.now() - 3_600_000).toISOString();
    const future = new Date(Date.now() + 3_600_000).toISOString();
    expect(await flows({ limit: 50, from: past, to: future })).toHaveLength(11);
    expect(await flows({ limit: 50, from: future })).toEqual([]);
    expect(await flows({ limit: 50, to: past })).toEqual([]);
  });

  it.each([{ from: 'yesterday' }, { to: '' }, { text: 'ab' }, { text: 'x'.repeat(101) }])('are not looked for by %j', async (filter) => {
    await expect(spine.queries.events({ limit: 5, ...filter })).rejects.toMatchObject({ code: 'SPINE_FILTER_MALFORMED', kind: 'invalid' });
  });

  it('each show what they carry', async () => {
    const [item] = (await spine.queries.events({ limit: 1, subject: 'pier' })).items;
    expect(await spine.lookups.event(item?.id ?? '')).toEqual({
      ...item,
      region: 'eu',
      cause: null,
      replayOf: null,
      hop: 0,
      traceparent: others[1]?.traceparent,
      data: { n: 1 },
    });
    for (const id of [uuidv7(), '', "'"]) expect(await spine.lookups.event(id)).toBeNull();
  });
});

describe('the deliveries of a connection', () => {
  it('show what became of each, newest first, and no body', async () => {
    const { items, next } = await spine.lookups.deliveries({ limit: 50, connection: 'only-acme' });
    expect(next).toBeNull();
    const [one] = others.slice(-1);
    expect(items).toEqual([
      {
        id: one?.id,
        connection: 'only-acme',
        bytes: one?.body.length,
        receivedAt: one?.receivedAt.toISOString(),
        routed: true,
        events: 2,
        unmatched: 0,
      },
    ]);
    expect((await spine.lookups.deliveries({ limit: 1, connection: 'shared' })).items).toMatchObject([
      { id: others[2]?.id, events: 0, unmatched: 1 },
    ]);
  });

  it('come page by page, each once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await spine.lookups.deliveries({ limit: 3, connection: 'shared', ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual([...sent, ...others.slice(0, 3)].map((one) => one.id).toReversed());
  });

  it('wait to be routed where the router has not been', async () => {
    const late = thing('acme');
    await spine.inbox.append(late);
    expect((await spine.lookups.deliveries({ limit: 1, connection: 'shared' })).items).toMatchObject([
      { id: late.id, routed: false, events: 0 },
    ]);
    await world.routeAll();
  });

  it.each(['nobody', '', "'", 'a\0'])('are none for the connection %j', async (connection) => {
    expect(await spine.lookups.deliveries({ limit: 5, connection })).toEqual({ items: [], next: null });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalise, readsInBounds, refusalOf } from '../reading-under-test.ts';
import { incoming, message, notification, status, statuses, value } from './notifications.ts';

describe('what cannot be read', () => {
  test.each<[string, Buffer | string]>([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['half of a JSON', '{"object":"whatsapp_business_account","entry":['],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['a list', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['another product of Meta', '{"object":"page","entry":[]}'],
    ['entries that are no list', '{"object":"whatsapp_business_account","entry":{}}'],
    ['no entry', '{"object":"whatsapp_business_account","entry":[]}'],
    ['an entry without a change', '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}'],
    ['very deep nesting', '['.repeat(500_000)],
    ['very deep nesting that ends', `{"a":${'['.repeat(100_000)}12345678901234567${']'.repeat(100_000)}}`],
    ['a million bad items', JSON.stringify(incoming(...Array.from({ length: 100_000 }, () => 0)))],
  ])('%s is unreadable', (_case, body) => {
    expect(refusalOf('whatsapp', body).reason).toBe('unreadable');
  });
});

describe('hostile members', () => {
  const long = 'x'.repeat(1_000_000);
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;

  test.each<[string, unknown]>([
    ['a million characters', incoming(message({ text: { body: long }, from: long, type: 'text', context: { id: long, from: long } }))],
    ['a kind of a million characters', incoming(message({ type: long, [long]: long }))],
    [
      'a million contacts',
      notification('messages', value({ contacts: Array.from({ length: 100_000 }, () => ({ wa_id: '1' })), messages: [message()] })),
    ],
    ['a million errors', statuses(status({ errors: Array.from({ length: 100_000 }, () => ({ title: 'wrong' })) }))],
    ['deep nesting in an unknown field', notification('whatever', '@deep')],
    ['deep nesting in a bad item', incoming('@deep')],
    [
      'a form with a million answers',
      incoming(message({ type: 'interactive', interactive: { nfm_reply: { response_json: JSON.stringify(Array(100_000).fill(1)) } } })),
    ],
    [
      'a card with a million members',
      incoming(message({ type: 'contacts', contacts: [Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, at]))] })),
    ],
  ])('%s are read as far as they go', (_case, body) => {
    const events = readsInBounds('whatsapp', JSON.stringify(body).replace('"@deep"', deep));
    expect(events).toHaveLength(1);
    expect(JSON.stringify(events).length).toBeLessThan(60_000);
  });

  test('NUL and half a surrogate are written as what every store keeps', () => {
    const [event] = readsInBounds('whatsapp', JSON.stringify(incoming(message({ text: { body: 'a\0b\ud800' } }))));
    expect(event).toMatchObject({ data: { content: { body: 'a\uFFFDb\uFFFD' } } });
  });

  test('prototype keys change nothing', () => {
    const [event] = normalise(
      'whatsapp',
      '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"x","value":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}]}]}',
    );
    expect(Object.getPrototypeOf(((event?.data ?? {}) as { value?: unknown }).value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const typed = readsInBounds('whatsapp', JSON.stringify(incoming(message({ type: '__proto__' }), message({ type: 'constructor' }))));
    expect(typed).toMatchObject([{ data: { kind: 'unsupported' } }, { data: { kind: 'unsupported' } }]);
  });

  test('law: any JSON gives events in bounds, or a SourceError', () => {
    fc.assert(fc.property(fc.jsonValue(), (any) => void readsInBounds('whatsapp', JSON.stringify(any))));
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (field, any) => void readsInBounds('whatsapp', JSON.stringify(notification(field, any)))),
    );
  });

  test('law: any value in the place of any member of a message or a status is kept, and the next one is read', () => {
    const kinds = [
      'text',
      'image',
      'location',
      'contacts',
      'reaction',
      'interactive',
      'button',
      'order',
      'system',
      'edit',
      'revoke',
      'unsupported',
    ];
    const names = [
      ...Object.keys(message()),
      ...Object.keys(status()),
      ...kinds,
      'context',
      'referral',
      'errors',
      'conversation',
      'pricing',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.dictionary(fc.constantFrom(...names), fc.jsonValue()),
        fc.dictionary(fc.constantFrom('contacts', 'metadata', 'errors'), fc.jsonValue()),
        (type, rest, around) => {
          const change = value({
            messages: [message({ type, ...rest }), message({ id: 'wamid.next' })],
            statuses: [status(rest), status({ id: 'wamid.last' })],
            ...around,
          });
          const events = readsInBounds('whatsapp', JSON.stringify(notification('messages', change)));
          expect(events).toHaveLength(4);
          expect([events[1]?.subject, events[3]?.subject]).toEqual(['wamid.next', 'wamid.last']);
        },
      ),
      { numRuns: 500 },
    );
  });
});

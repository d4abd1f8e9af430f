import { type NormalisedEvent, SourceError } from '@etis/contracts/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Callback, callback, versionAdded } from './callbacks.ts';
import { normalise, read, refusalOf } from './reading.ts';

describe('what cannot be read', () => {
  test.each<[string, Buffer | string]>([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['half of a JSON', '{"hook":{"system":"data"'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['a list', '[]'],
    ['a text', '"data"'],
    ['a number', '1'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a hook that is a list', '{"hook":[],"payload":{}}'],
    ['a hook without names', '{"hook":{},"payload":{}}'],
    ['names that are no texts', '{"hook":{"system":["data"],"event":{"a":1}},"payload":{}}'],
    ['a payload that is a list', '{"hook":{"system":"data","event":"dm.version.added"},"payload":[]}'],
    ['a payload that is a text', '{"hook":{"system":"data","event":"dm.version.added"},"payload":"x"}'],
    ['a hook without its callback', JSON.stringify({ hookId: 'h', event: 'dm.version.added', system: 'data', status: 'active' })],
    ['very deep nesting', '['.repeat(500_000)],
    ['very deep nesting that ends', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('%s is unreadable', (_case, body) => {
    expect(refusalOf(body).reason).toBe('unreadable');
  });

  test('a payload without its envelope says how to get it back', () => {
    const refusal = refusalOf(JSON.stringify(versionAdded().payload));
    expect(refusal.reason).toBe('unknown-event');
    expect(refusal.message).toContain('callbackWithEventPayloadOnly');
  });

  test('a mark of byte order does no harm', () => {
    expect(normalise(`\uFEFF${JSON.stringify(versionAdded())}`)).toHaveLength(1);
  });
});

describe('hostile members', () => {
  const long = 'x'.repeat(1_000_000);
  test.each<[string, Record<string, unknown>]>([
    ['lists instead of texts', { name: ['a'], ext: [], version: [4], source: [{}], tenant: ['t'], project: [['p']] }],
    ['texts instead of objects', { ancestors: 'root', context: 'x', user_info: 'me', eventContext: 'y', modification_flags: 5 }],
    ['ancestors that are none', { ancestors: [null, 5, 'x', [], { name: 5, urn: {} }] }],
    ['a million characters', { name: long, lineageUrn: long, project: long, modification_flags: long, ancestors: [{ name: long }] }],
    ['a million entries', { ancestors: Array.from({ length: 100_000 }, () => ({ name: 'x' })) }],
    ['NUL and half a surrogate', { name: 'a\u0000b\ud800', project: 'p\u0000' }],
  ])('%s are read as far as they go', (_case, payload) => {
    const event = read(versionAdded(payload));
    const told = JSON.stringify(event);
    expect(told.length).toBeLessThan(12_000);
    expect(told).not.toMatch(/\\u0000|\\ud[89a-f]/i);
  });

  test('prototype keys change nothing', () => {
    const body = JSON.stringify(versionAdded()).replace(
      '"payload":{',
      '"payload":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
    );
    const [event] = normalise(body);
    expect(event?.data).not.toHaveProperty('polluted');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const other = normalise(
      '{"hook":{"system":"adsk.c4r","event":"model.sync"},"payload":{"__proto__":"x","toString":"y","state":"SYNC_START"}}',
    );
    expect(other[0]?.data).toMatchObject({ state: 'SYNC_START' });
    expect(Object.getPrototypeOf(other[0]?.data)).toBe(Object.prototype);
  });

  test('law: any JSON gives events in bounds, or a SourceError', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        bounded(JSON.stringify(value));
      }),
    );
  });

  test('law: any bytes give a SourceError or events', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => bounded(Buffer.from(bytes))));
  });

  test('law: any value in the place of any member of a real callback is read or refused, never a crash', () => {
    const systems = ['data', 'derivative', 'adsk.c4r', 'autodesk.construction.issues'];
    const events = [
      'dm.version.added',
      'dm.folder.moved',
      'dm.operation.started',
      'extraction.finished',
      'model.sync',
      'issue.created-1.0',
    ];
    const names = Object.keys(versionAdded().payload).concat(
      'eventContext',
      'Payload',
      'URN',
      'TimeStamp',
      'userInfo',
      'errors',
      '__proto__',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...systems),
        fc.constantFrom(...events),
        fc.dictionary(fc.constantFrom(...names), fc.jsonValue()),
        fc.dictionary(fc.constantFrom('scope', 'hookId', 'hubId', 'projectId', 'system', 'event'), fc.jsonValue()),
        fc.jsonValue(),
        (system, event, payload, hook, resourceUrn) => {
          const composed: Callback = callback(system, event, { payload: { ...versionAdded().payload, ...payload }, hook, resourceUrn });
          bounded(JSON.stringify(composed));
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** What holds of everything that the adapter returns: types in our alphabet, texts that PostgreSQL can keep, ids that are texts. */
function bounded(body: Buffer | string): void {
  let events: readonly NormalisedEvent[];
  try {
    events = normalise(body);
  } catch (error) {
    expect(error).toBeInstanceOf(SourceError);
    return;
  }
  for (const event of events) {
    expect(event.type).toMatch(/^[a-z][a-z0-9.-]{1,100}$/);
    expect(event.source).toMatch(/^[!-~]{1,500}$/);
    expect(event.subject ?? '').toMatch(/^[!-~]{0,500}$/);
    for (const ref of event.refs) expect(ref.id).toMatch(/^[!-~]{1,500}$/);
    expect(JSON.stringify(event)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
  }
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalise, readsInBounds, refusalOf } from '../reading-under-test.ts';

const kind = 'cloudevents';
const structured = { 'content-type': 'application/cloudevents+json' };
const batched = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };
const binary = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-type': 'com.example.someevent',
  'ce-id': '1',
  'ce-source': '/mycontext',
};
const event = { specversion: '1.0', type: 'com.example.someevent', source: '/mycontext', id: '1' };

const one = (body: unknown) => normalise(kind, JSON.stringify(body), structured)[0];
const inBinary = (headers: Record<string, string>, body: Uint8Array | string = '{}') => normalise(kind, body, { ...binary, ...headers })[0];

describe('an event', () => {
  const told = {
    type: 'com.example.someevent',
    source: '/mycontext',
    subject: 'Euro € 😀',
    time: '2018-04-05T15:31:00.000Z',
    data: { a: 1 },
    refs: [{ system: kind, kind: 'source', id: '/mycontext' }],
  };

  test('is the same in every mode', () => {
    const said = { ...event, subject: told.subject, time: '2018-04-05T17:31:00+02:00', data: { a: 1 } };
    expect(one(said)).toEqual(told);
    expect(normalise(kind, JSON.stringify([said]), batched)).toEqual([told]);
    expect(inBinary({ 'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80', 'ce-time': said.time }, '{"a":1}')).toEqual(told);
  });

  test.each<[string, Record<string, unknown>, object]>([
    [
      'null is unset',
      { subject: null, time: null, datacontenttype: null, data: 1, data_base64: null },
      { subject: null, time: null, data: 1 },
    ],
    ['no data is null', {}, { data: null }],
    ['data may be any JSON', { data: [1, 'x', null] }, { data: [1, 'x', null] }],
    ['data may be false', { data: false }, { data: false }],
    ['a text of JSON is a text', { data: '{"a":1}', datacontenttype: 'application/json' }, { data: '{"a":1}' }],
    [
      'a text of another type is that type',
      { data: '<a/>', datacontenttype: 'application/xml' },
      { data: { contentType: 'application/xml', text: '<a/>' } },
    ],
    ['bytes of JSON are read', { data_base64: btoa('{"a":1}') }, { data: { a: 1 } }],
    [
      'bytes that are no JSON stay bytes',
      { data_base64: 'AQID', datacontenttype: 'application/json' },
      { data: { contentType: 'application/json', base64: 'AQID' } },
    ],
    [
      'bytes of a text are a text',
      { data_base64: btoa('hi'), datacontenttype: 'text/plain' },
      { data: { contentType: 'text/plain', text: 'hi' } },
    ],
    [
      'bytes of a picture stay bytes',
      { data_base64: 'AQID', datacontenttype: 'image/png' },
      { data: { contentType: 'image/png', base64: 'AQID' } },
    ],
    ['long integers keep their digits', { data: '@long' }, { data: '12345678901234567890' }],
    ['a time that does not exist is none', { time: '2018-02-30T00:00:00Z' }, { time: null }],
    ['a time in lower case is one', { time: '2018-04-05t17:31:00z' }, { time: '2018-04-05T17:31:00.000Z' }],
    ['a tenant that the sender claims is nothing', { etistenant: 'acme', tenant: 'acme' }, { refs: [{ id: '/mycontext' }] }],
  ])('%s', (_case, rest, expected) => {
    const body = JSON.stringify({ ...event, ...rest }).replace('"@long"', '12345678901234567890');
    expect(normalise(kind, body, structured)).toMatchObject([expected]);
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ['no version', { specversion: undefined }, 'unreadable', /version 1\.0/],
    ['an older version', { specversion: '0.3' }, 'unreadable', /version 1\.0/],
    ['no id', { id: undefined }, 'unreadable', /no "id"/],
    ['an empty id', { id: '' }, 'unreadable', /no "id"/],
    ['a number for an id', { id: 5 }, 'unreadable', /"id"/],
    ['no source', { source: null }, 'unreadable', /no "source"/],
    ['a source with spaces', { source: 'my context' }, 'unreadable', /URI/],
    ['no type', { type: undefined }, 'unreadable', /no "type"/],
    ['a line break in the subject', { subject: 'a\nb' }, 'unreadable', /"subject"/],
    ['half a surrogate', { subject: '\ud800' }, 'unreadable', /"subject"/],
    ['a subject without end', { subject: 'x'.repeat(1_001) }, 'unreadable', /"subject"/],
    ['data twice', { data: 1, data_base64: 'AQID' }, 'unreadable', /both/],
    ['base64 that is none', { data_base64: 'AQI' }, 'unreadable', /base64/],
    ['base64 that is a number', { data_base64: 5 }, 'unreadable', /base64/],
    ['a type that cannot be searched', { type: 'com.example:event' }, 'unknown-event', /com\.example:event/],
    ['a type that is too long', { type: 'x'.repeat(201) }, 'unknown-event', /type/],
    ["the platform's own types", { type: 'job.done' }, 'unknown-event', /keeps/],
    ["another source's types", { type: 'WhatsApp.message.received' }, 'unknown-event', /keeps/],
  ])('with %s is refused', (_case, rest, reason, why) => {
    const refusal = refusalOf(kind, JSON.stringify({ ...event, ...rest }), structured);
    expect(refusal.reason).toBe(reason);
    expect(refusal.message).toMatch(why);
  });
});

describe('headers in binary mode', () => {
  test.each([
    ['%41', 'A'],
    ['%e2%82%ac', '€'],
    ['%2541', '%41'],
    ['100%', '100%'],
    ['%zz', '%zz'],
    ['"Euro \\"x\\""', 'Euro "x"'],
    ['"a\\\\b"', 'a\\b'],
    ['"%41"', 'A'],
    ['half"', 'half"'],
    ['caf\u00c3\u00a9', 'café'],
  ])('%s is %s', (header, subject) => {
    expect(inBinary({ 'ce-subject': header })?.subject).toBe(subject);
  });

  test.each(['%C0%A0', '%ff', '%E2%82', 'caf\u00e9', '%F0%9F', '%ED%A0%80'])('%s is no UTF-8', (header) => {
    expect(refusalOf(kind, '{}', { ...binary, 'ce-subject': header }).reason).toBe('unreadable');
  });

  test.each(['%00', '%0A', '%7F'])('%s is no text of an attribute', (header) => {
    expect(refusalOf(kind, '{}', { ...binary, 'ce-id': header }).reason).toBe('unreadable');
  });

  test('law: what is encoded as the specification says comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), (subject) => {
        fc.pre(subject.isWellFormed() && !/\p{Cc}/u.test(subject));
        const bytes = [...Buffer.from(subject)];
        const header = bytes
          .map((byte) =>
            byte < 0x21 || byte > 0x7e || byte === 0x22 || byte === 0x25
              ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
              : String.fromCharCode(byte),
          )
          .join('');
        expect(inBinary({ 'ce-subject': header })?.subject).toBe(subject);
      }),
    );
  });

  test('the data is the body, as its type says', () => {
    expect(inBinary({}, '')?.data).toBeNull();
    expect(inBinary({ 'content-type': 'application/vnd.x+json; charset=utf-8' }, '[1]')?.data).toEqual([1]);
    expect(inBinary({ 'content-type': 'text/xml' }, '<a/>')?.data).toEqual({ contentType: 'text/xml', text: '<a/>' });
    expect(inBinary({ 'content-type': 'text/plain' }, Buffer.from([0xff]))?.data).toEqual({ contentType: 'text/plain', base64: '/w==' });
    const { 'content-type': _type, ...untyped } = binary;
    expect(normalise(kind, '{"a":1}', untyped)[0]?.data).toEqual({ a: 1 });
    expect(refusalOf(kind, '{"a":', binary).reason).toBe('unreadable');
    expect(refusalOf(kind, Buffer.from([0xff]), binary).reason).toBe('unreadable');
  });
});

describe('a batch', () => {
  const read = (events: readonly unknown[]) => normalise(kind, JSON.stringify(events), batched);

  test('keeps its order, and one bad event takes no other with it', () => {
    const events = read([event, { ...event, type: 'job.done' }, 5, { ...event, id: '2', type: 'com.example.other' }]);
    expect(events.map(({ type }) => type)).toEqual([
      'com.example.someevent',
      'cloudevents.unsupported.received',
      'cloudevents.unsupported.received',
      'com.example.other',
    ]);
    expect(events[1]).toMatchObject({
      data: { reason: 'unknown-event', message: expect.stringContaining('job.done'), raw: { type: 'job.done' } },
    });
    expect(events[2]).toMatchObject({ data: { reason: 'unreadable', raw: 5 } });
  });

  test.each<[string, unknown]>([
    ['is empty', []],
    ['is no list', event],
    ['has only bad events', [1, { ...event, id: '' }]],
    ['has more than 1,000 events', Array.from({ length: 1_001 }, () => event)],
  ])('that %s is refused', (_case, body) => {
    expect(refusalOf(kind, JSON.stringify(body), batched).reason).toBe('unreadable');
  });
});

describe('what is no CloudEvent', () => {
  test.each<[string, Record<string, string>]>([
    ['no headers at all', {}],
    ['JSON without attributes', { 'content-type': 'application/json' }],
    ['a format that is not read', { 'content-type': 'application/cloudevents+avro' }],
    ['a media type that only begins so', { 'content-type': 'application/cloudevents' }],
  ])('%s is unreadable', (_case, headers) => {
    expect(refusalOf(kind, JSON.stringify(event), headers).reason).toBe('unreadable');
  });

  test('law: any JSON in any mode gives events in bounds, or a SourceError', () => {
    const modes = [structured, batched, binary];
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...modes), (value, headers) => void readsInBounds(kind, JSON.stringify(value), headers)),
    );
    const members = fc.dictionary(
      fc.constantFrom(...Object.keys(event), 'data', 'data_base64', 'datacontenttype', 'time', 'subject'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(members, (rest) => void readsInBounds(kind, JSON.stringify({ ...event, ...rest }), structured)),
      { numRuns: 300 },
    );
  });
});

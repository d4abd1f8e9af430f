import { createHash, createHmac, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ConnectionView } from '@etis/contracts/governance';
import { EtisError, isUuid } from '@etis/kernel';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type FakeGovernance,
  type FakeInbox,
  type FakeSecrets,
  fakeEdge,
  fakeGovernance,
  fakeInbox,
  fakeSecrets,
  rememberingLog,
} from './fakes.ts';
import { createIngestion, type Ingestion, sourceAdapters, sourceDescriptions } from './index.ts';

const newest = 'the-newest-secret-of-this-connection';
const older = 'the-secret-that-is-being-rotated-out';
const other = 'a-secret-of-quite-another-connection';

let inbox: FakeInbox;
let secrets: FakeSecrets;
let governance: FakeGovernance;
let ingestion: Ingestion;
let logged: ReturnType<typeof rememberingLog>;
let edge: Awaited<ReturnType<typeof fakeEdge>>;
let now: number;

function connection(id: string, plain: readonly string[], rest: Partial<ConnectionView> = {}): ConnectionView {
  const tenant = rest.tenant ?? null;
  const binding = { tenant, table: 'connection_secret', column: 'sealed', row: id };
  return { id, source: 'autodesk', tenant, enabled: true, secrets: plain.map((secret) => secrets.seal(secret, binding)), ...rest };
}

function connections(): readonly ConnectionView[] {
  return [
    connection('acc', [newest, older]),
    connection('acme', [other], { tenant: 'acme' }),
    connection('off', [newest], { enabled: false }),
    connection('strange', [newest], { source: 'a-kind-that-nobody-reads' }),
    connection('bare', []),
    connection('blank', ['']),
    connection('moved', [newest], { secrets: connection('acc', [newest]).secrets }),
  ];
}

function sign(body: Uint8Array | string, secret = newest): string {
  return `sha1hash=${createHmac('sha1', secret).update(body).digest('hex')}`;
}

function post(
  id: string,
  body: Uint8Array | string,
  headers: Record<string, string> = { 'x-adsk-signature': sign(body) },
): Promise<Response> {
  return fetch(`${edge.url}/hooks/${id}`, { method: 'POST', body: body as never, headers });
}

/** Sends a request as the exact bytes given, and resolves to the status and the body. */
function raw(head: readonly string[], body: Uint8Array): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(edge.url).port), '127.0.0.1', () => {
      socket.write([...head, 'host: hooks.example', 'connection: close', '', ''].join('\r\n'));
      socket.write(body);
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve({ status: Number(text.slice(9, 12)), text: text.slice(text.indexOf('\r\n\r\n') + 4) }));
    socket.on('error', reject);
  });
}

beforeEach(async () => {
  now = Date.parse('2026-03-01T10:00:00.000Z');
  inbox = fakeInbox();
  secrets = fakeSecrets();
  governance = fakeGovernance(connections());
  logged = rememberingLog();
  ingestion = createIngestion({ inbox, governance, secrets, log: logged.log, clock: { now: () => now } });
  edge = await fakeEdge(ingestion.routes);
});

afterEach(async () => {
  await edge.close();
  await ingestion.service.stop();
});

describe('a delivery that is signed right', () => {
  test('is kept byte for byte with all that the record needs, and answered with its id', async () => {
    const body = Buffer.from('{"version":"1.0",  "odd spacing":\r\n"é\u0001"}');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const response = await post('acc', body, {
      'x-adsk-signature': sign(body),
      'x-adsk-delivery-id': 'd'.repeat(5_000),
      'content-type': 'application/json; charset=utf-8',
      'x-not-asked-for': 'dropped',
      traceparent,
    });

    expect(response.status).toBe(202);
    const [kept] = inbox.kept;
    expect(await response.json()).toEqual({ id: kept?.id, outcome: 'accepted' });
    expect(isUuid(kept?.id ?? '')).toBe(true);
    expect(kept).toEqual({
      id: kept?.id,
      connection: 'acc',
      source: 'autodesk',
      body,
      digest: createHash('sha256').update(body).digest(),
      headers: { 'content-type': 'application/json; charset=utf-8', 'x-adsk-delivery-id': 'd'.repeat(1_024) },
      traceparent,
      receivedAt: new Date(now),
    });
  });

  test('delivered again is 202 with the first id', async () => {
    const first = (await (await post('acc', 'x')).json()) as { id: string };
    const again = await post('acc', 'x');
    expect([again.status, await again.json()]).toEqual([202, { id: first.id, outcome: 'duplicate' }]);
    expect(inbox.kept).toHaveLength(1);
    expect(ingestion.counters()).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  test('by any live secret is accepted, by one that is no longer live refused', async () => {
    expect((await post('acc', 'a', { 'x-adsk-signature': sign('a', newest) })).status).toBe(202);
    expect((await post('acc', 'b', { 'x-adsk-signature': sign('b', older) })).status).toBe(202);
    governance.set([connection('acc', [newest])]);
    expect((await post('acc', 'c', { 'x-adsk-signature': sign('c', older) })).status).toBe(401);
    expect((await post('acc', 'c', { 'x-adsk-signature': sign('c', newest) })).status).toBe(202);
  });

  test('opens each secret once per view, however many deliveries come', async () => {
    for (let i = 0; i < 5; i += 1) expect((await post('acc', `n${i}`)).status).toBe(202);
    expect(secrets.opened).toBe(2);
    governance.set(connections());
    expect((await post('acc', 'after a change')).status).toBe(202);
    expect(secrets.opened).toBe(4);
  });

  test.each<[string, Uint8Array, Record<string, string>]>([
    ['not JSON', Buffer.from('hello'), { 'content-type': 'application/json' }],
    ['of no content type', Buffer.from('{}'), {}],
    ['of a malformed content type', Buffer.from('{}'), { 'content-type': 'this is/not; a type' }],
    ['of a form type', Buffer.from('a=1'), { 'content-type': 'application/x-www-form-urlencoded' }],
    ['of every byte there is', Buffer.from(Array.from({ length: 256 }, (_, i) => i)), { 'content-type': 'text/plain' }],
    ['that would poison a prototype', Buffer.from('{"__proto__":{"a":1}}'), { 'content-type': 'application/json' }],
    ['compressed, as the compressed bytes', gzipSync('{"a":1}'), { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['of exactly the limit', Buffer.alloc(1_048_576, 'x'), { 'content-type': 'application/json' }],
  ])('%s is kept as it came', async (_case, body, headers) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const answer = await raw(
      ['POST /hooks/acc HTTP/1.1', `content-length: ${body.length}`, `x-adsk-signature: ${sign(body)}`, ...lines],
      body,
    );
    expect(answer.status).toBe(202);
    expect(inbox.kept[0]?.body.equals(body)).toBe(true);
  });

  test('may be empty: the signature of no bytes decides', async () => {
    const empty = new Uint8Array();
    expect((await raw(['POST /hooks/acc HTTP/1.1', `x-adsk-signature: ${sign(empty)}`, 'content-length: 0'], empty)).status).toBe(202);
    expect((await raw(['POST /hooks/acc HTTP/1.1', `x-adsk-signature: ${sign('x')}`, 'content-length: 0'], empty)).status).toBe(401);
    expect(inbox.kept.map((delivery) => delivery.body.length)).toEqual([0]);
  });

  test('may come in chunks', async () => {
    const head = ['POST /hooks/acc HTTP/1.1', 'transfer-encoding: chunked', `x-adsk-signature: ${sign('hello world')}`];
    expect((await raw(head, Buffer.from('5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'))).status).toBe(202);
    expect(inbox.kept[0]?.body.toString()).toBe('hello world');
  });

  test('law: any bytes signed right are accepted with exactly these bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 4_000 }), fc.boolean(), async (bytes, useOlder) => {
        const response = await post('acc', bytes, {
          'x-adsk-signature': sign(bytes, useOlder ? older : newest),
          'content-type': 'application/json',
        });
        expect(response.status).toBe(202);
        const { id } = (await response.json()) as { id: string };
        expect(inbox.kept.find((delivery) => delivery.id === id)?.body.equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a delivery that is not signed right', () => {
  const body = '{"a":1}';
  const good = sign(body).slice('sha1hash='.length);

  test.each<[string, string, Record<string, string>]>([
    ['has no signature', 'acc', {}],
    ['has an empty one', 'acc', { 'x-adsk-signature': '' }],
    ['is signed with a secret of another connection', 'acc', { 'x-adsk-signature': sign(body, other) }],
    ['is signed for other bytes', 'acc', { 'x-adsk-signature': sign('{"a":2}') }],
    ['has the hash without its name', 'acc', { 'x-adsk-signature': good }],
    ['names another hash', 'acc', { 'x-adsk-signature': `sha256=${good}` }],
    ['has a hash that is too short', 'acc', { 'x-adsk-signature': `sha1hash=${good.slice(1)}` }],
    ['has a hash that is too long', 'acc', { 'x-adsk-signature': `sha1hash=${good}0` }],
    ['has an odd hash', 'acc', { 'x-adsk-signature': 'sha1hash=abc' }],
    ['has a hash that is not hex', 'acc', { 'x-adsk-signature': `sha1hash=${'g'.repeat(40)}` }],
    ['has its hash in upper case', 'acc', { 'x-adsk-signature': `sha1hash=${good.toUpperCase()}` }],
    ['has two signatures in one header', 'acc', { 'x-adsk-signature': `${sign(body)}, ${sign(body)}` }],
    ['goes to a connection without a secret', 'bare', { 'x-adsk-signature': sign(body, '') }],
    ['goes to a connection whose secret is empty', 'blank', { 'x-adsk-signature': sign(body, '') }],
    ['goes to a connection whose secret was sealed for another', 'moved', { 'x-adsk-signature': sign(body) }],
    ['is meant for another tenant', 'acme', { 'x-adsk-signature': sign(body, newest) }],
  ])('one that %s is 401, and nothing of it is kept', async (_case, id, headers) => {
    const response = await post(id, body, headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('www-authenticate')).toContain('Signature');
    expect(await response.json()).toMatchObject({ code: 'INGESTION_SIGNATURE_REFUSED' });
    expect(inbox.kept).toEqual([]);
    expect(ingestion.counters()).toMatchObject({
      refusedSignatures: 1,
      refusedThisMinute: [{ connection: id, prefix: '127.0.0.0/24', count: 1 }],
    });
    expect(JSON.stringify(logged.lines)).not.toContain('{\\"a\\":1}');
  });

  test('a signature header that comes twice is refused', async () => {
    const head = [
      'POST /hooks/acc HTTP/1.1',
      `content-length: ${body.length}`,
      `x-adsk-signature: ${sign(body)}`,
      `x-adsk-signature: ${sign('x')}`,
    ];
    expect((await raw(head, Buffer.from(body))).status).toBe(401);
  });

  test('a secret that cannot be opened is logged once, without the secret, and the others still count', async () => {
    const sealed = connection('acc', [newest]).secrets;
    governance.set([connection('acc', [], { secrets: ['not an envelope', ...sealed] })]);
    for (let i = 0; i < 3; i += 1) expect((await post('acc', `n${i}`)).status).toBe(202);
    const errors = logged.lines.filter((line) => line.level === 'error');
    expect(errors).toMatchObject([{ fields: { connection: 'acc', secret: 0 } }]);
    expect(JSON.stringify(errors)).not.toContain(newest);
  });

  test('law: changing one byte of the body or of the signature is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (bytes, at, change, inBody) => {
          const signature = Buffer.from(sign(bytes), 'latin1');
          const changed = inBody ? Uint8Array.from(bytes) : bytes;
          if (inBody) changed[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ change;
          // Only visible characters, because HTTP itself strips or refuses others.
          else signature[at % signature.length] = visibleOtherThan(signature[at % signature.length] ?? 0, change);
          const response = await post('acc', changed, { 'x-adsk-signature': signature.toString('latin1') });
          expect(response.status).toBe(401);
        },
      ),
      { numRuns: 120 },
    );
    expect(inbox.kept).toEqual([]);
  });
});

describe('what is no delivery at all', () => {
  test('unknown, switched off and unreadable connections look the same', async () => {
    const seen = await Promise.all(
      ['nobody', 'off', 'strange', '__proto__', 'constructor', '%00', '..%2Facc', ''].map(async (id) => {
        const response = await post(id, 'x');
        return [response.status, await response.text()];
      }),
    );
    expect(new Set(seen.map((answer) => JSON.stringify(answer)))).toHaveLength(1);
    expect(seen[0]?.[0]).toBe(404);
    expect(inbox.kept).toEqual([]);
    expect(ingestion.counters().unknownConnections).toBe(8);
  });

  test('an unknown connection is refused before its body is read', async () => {
    const answer = await raw(['POST /hooks/nobody HTTP/1.1', 'content-length: 900000'], Buffer.from('only the beginning'));
    expect(answer.status).toBe(404);
  });

  test('a body over the limit is 413, told by its length or found in its chunks', async () => {
    const large = Buffer.alloc(1_048_577, 'x');
    const told = await raw(
      ['POST /hooks/acc HTTP/1.1', `content-length: ${large.length}`, `x-adsk-signature: ${sign(large)}`],
      Buffer.from('x'),
    );
    expect(told.status).toBe(413);
    const chunks = Buffer.concat([Buffer.from(`${large.length.toString(16)}\r\n`), large, Buffer.from('\r\n0\r\n\r\n')]);
    const found = await raw(['POST /hooks/acc HTTP/1.1', 'transfer-encoding: chunked', `x-adsk-signature: ${sign(large)}`], chunks).catch(
      () => ({ status: 413 }),
    );
    expect(found.status).toBe(413);
    expect(inbox.kept).toEqual([]);
  });

  test.each(['HEAD', 'PUT', 'DELETE', 'PATCH'])('%s is not served', async (method) => {
    expect((await fetch(`${edge.url}/hooks/acc`, { method })).status).toBe(404);
  });

  test('a body that ends early keeps nothing', async () => {
    const socket = connect(Number(new URL(edge.url).port), '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.write(`POST /hooks/acc HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nx-adsk-signature: ${sign('x')}\r\n\r\nx`, () =>
      socket.destroy(),
    );
    await closed;
    expect((await post('acc', 'still serving')).status).toBe(202);
    expect(inbox.kept).toHaveLength(1);
  });
});

describe('when the record cannot keep it', () => {
  test.each([
    ['unavailable', new EtisError({ code: 'SPINE_UNAVAILABLE', kind: 'unavailable', retryable: true, message: 'gone' })],
    ['out of room', new EtisError({ code: 'SPINE_FULL', kind: 'unavailable', retryable: true, message: 'out of room' })],
    ['full', new EtisError({ code: 'SPINE_INBOX_FULL', kind: 'limited', retryable: true, message: 'full' })],
    ['broken in a way that nobody foresaw', new TypeError('a bug')],
  ])('%s: 503 with Retry-After, and the same delivery is accepted later', async (_case, error) => {
    inbox.fail = () => Promise.reject(error);
    const refused = await post('acc', 'x');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({ code: 'INGESTION_INBOX_UNAVAILABLE' });
    expect((await post('acc', 'y')).status).toBe(503);
    expect(logged.lines.filter((line) => line.level === 'warn')).toHaveLength(1);
    expect(ingestion.counters()).toMatchObject({ notKept: 2, accepted: 0 });

    inbox.fail = undefined;
    expect((await post('acc', 'x')).status).toBe(202);

    now += 11_000;
    inbox.fail = () => Promise.reject(error);
    await post('acc', 'z');
    expect(logged.lines.filter((line) => line.level === 'warn').at(-1)?.fields).toMatchObject({ deliveries: 2, err: error });
  });
});

test('the router finds an adapter, and the control plane a description, for every source', () => {
  const kinds = ['autodesk', 'cloudevents', 'standard-webhooks', 'whatsapp'];
  expect([...sourceAdapters].map(([kind, adapter]) => [kind, adapter.kind])).toEqual(kinds.map((kind) => [kind, kind]));
  expect([...sourceDescriptions].map(([kind, description]) => [kind, description.kind])).toEqual(kinds.map((kind) => [kind, kind]));
});

test('many senders at once are all answered and kept once each', async () => {
  const bodies = Array.from({ length: 100 }, () => randomBytes(200));
  const responses = await Promise.all(bodies.flatMap((body) => [post('acc', body), post('acc', body)]));
  expect(responses.every((response) => response.status === 202)).toBe(true);
  expect(inbox.kept).toHaveLength(100);
});

function visibleOtherThan(byte: number, change: number): number {
  const replaced = 0x21 + ((byte - 0x21 + 1 + (change % 93)) % 94);
  return replaced === byte ? 0x7e : replaced;
}

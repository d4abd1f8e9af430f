import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sourceDescriptions } from './index.ts';
import { type IngestionStand, startIngestion } from './ingestion-stand.ts';

const secret = '0123456789abcdef0123456789abcdef';
const older = 'fedcba9876543210fedcba9876543210';
const token = (of: string) => sourceDescriptions.get('whatsapp')?.handshakeToken?.(of) ?? '';

let stand: IngestionStand;

beforeEach(async () => {
  stand = await startIngestion({
    secrets: {
      whatsapp: [secret, older],
      cloudevents: ['a-bearer-token-of-24-characters'],
      autodesk: ['the-secret-of-autodesk'],
      'standard-webhooks': [],
    },
  });
});

afterEach(() => stand.close());

function subscribe(query: Record<string, string>, path = '/hooks/whatsapp') {
  return stand.ask({ method: 'GET', path: `${path}?${new URLSearchParams(query)}` });
}

const good = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': token(secret) };

describe('the handshake of WhatsApp', () => {
  test('is answered with the challenge alone, as plain text', async () => {
    const answer = await subscribe(good);
    expect([answer.status, answer.text]).toEqual([200, '1158201444']);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(stand.inbox.kept).toEqual([]);
  });

  test('takes the token of every live secret', async () => {
    expect((await subscribe({ ...good, 'hub.verify_token': token(older) })).status).toBe(200);
  });

  test('the token is stable, made of the secret, and tells nothing of it', () => {
    expect(token(secret)).toBe(createHmac('sha256', secret).update('etis whatsapp verify token').digest('base64url'));
    expect(token(secret)).toMatch(/^[\w-]{43}$/);
    expect(token(secret)).not.toBe(token(older));
  });

  test.each<[string, Record<string, string>]>([
    ['another token', { ...good, 'hub.verify_token': token('some other secret of 32 letters!') }],
    ['the secret itself', { ...good, 'hub.verify_token': secret }],
    ['an empty token', { ...good, 'hub.verify_token': '' }],
    ['another mode', { ...good, 'hub.mode': 'unsubscribe' }],
    ['an empty challenge', { ...good, 'hub.challenge': '' }],
    ['a challenge that breaks lines', { ...good, 'hub.challenge': '1\r\nset-cookie: x' }],
    ['a challenge without end', { ...good, 'hub.challenge': '1'.repeat(1_001) }],
    ['nothing at all', {}],
  ])('%s is 403, and counted', async (_case, query) => {
    const answer = await subscribe(query);
    expect(answer.status).toBe(403);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'INGESTION_HANDSHAKE_REFUSED' });
    expect(stand.ingestion.counters()).toMatchObject({ refusedThisMinute: [{ connection: 'whatsapp', prefix: '127.0.0.0/24', count: 1 }] });
  });

  test('a member that comes twice is no member', async () => {
    const query = `${new URLSearchParams(good)}&hub.verify_token=${token(secret)}`;
    expect((await stand.ask({ method: 'GET', path: `/hooks/whatsapp?${query}` })).status).toBe(403);
  });

  test('law: whatever is asked, nothing is confirmed without the token, and nothing fails', async () => {
    const name = fc.constantFrom('hub.mode', 'hub.challenge', 'hub.verify_token', 'hub', '__proto__', 'x');
    const text = fc.oneof(fc.string(), fc.constantFrom('subscribe', '1', secret, token(secret).slice(1)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, text), { maxLength: 6 }), async (pairs) => {
        const answer = await stand.ask({ method: 'GET', path: `/hooks/whatsapp?${new URLSearchParams(pairs)}` });
        expect(answer.status).toBe(403);
      }),
      { numRuns: 300 },
    );
  });

  test('markup in a challenge never runs', async () => {
    const answer = await subscribe({ ...good, 'hub.challenge': '<script>alert(1)</script>' });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
  });
});

describe('the handshake of CloudEvents', () => {
  const options = (headers: Record<string, string>) => stand.ask({ method: 'OPTIONS', path: '/hooks/cloudevents', headers });

  test.each([
    ['120', '120'],
    ['60000', '60000'],
    ['9999999', '60000'],
    ['0', '60000'],
    ['many', '60000'],
  ])('grants a rate of %s as %s', async (asked, granted) => {
    const answer = await options({ 'webhook-request-origin': 'eventemitter.example.com', 'webhook-request-rate': asked });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers).toMatchObject({
      'webhook-allowed-origin': 'eventemitter.example.com',
      'webhook-allowed-rate': granted,
      allow: 'OPTIONS, POST',
    });
  });

  test('says a rate where none is asked for', async () => {
    expect((await options({ 'webhook-request-origin': 'a.example' })).headers['webhook-allowed-rate']).toBe('60000');
  });

  test.each([
    ['without an origin', {}],
    ['with an empty origin', { 'webhook-request-origin': '' }],
    ['with two origins', { 'webhook-request-origin': 'a.example, b.example' }],
    ['with an address for an origin', { 'webhook-request-origin': 'https://a.example/<script>' }],
  ])('%s is 403', async (_case, headers) => {
    const answer = await options(headers as Record<string, string>);
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('webhook-allowed-origin');
  });
});

describe('where there is no handshake', () => {
  test.each([
    ['GET', 'autodesk', 'POST'],
    ['OPTIONS', 'autodesk', 'POST'],
    ['GET', 'standard-webhooks', 'POST'],
    ['OPTIONS', 'whatsapp', 'GET, POST'],
    ['GET', 'cloudevents', 'OPTIONS, POST'],
  ])('%s at %s is 405', async (method, connection, allow) => {
    const answer = await stand.ask({ method, path: `/hooks/${connection}` });
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
  });

  test.each(['GET', 'OPTIONS'])('%s at an unknown connection is 404, as a delivery is', async (method) => {
    const answers = await Promise.all(
      ['nobody', '__proto__'].map((id) => stand.ask({ method, path: `/hooks/${id}`, headers: { 'webhook-request-origin': 'a.example' } })),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'INGESTION_CONNECTION_UNKNOWN' });
    }
    expect(stand.ingestion.counters().unknownConnections).toBe(2);
  });

  test('HEAD is no GET', async () => {
    expect((await stand.ask({ method: 'HEAD', path: `/hooks/whatsapp?${new URLSearchParams(good)}` })).status).toBe(404);
  });
});

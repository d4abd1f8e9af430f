import { createHmac, generateKeyPairSync, type KeyObject, sign as signEd25519 } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sourceDescriptions } from '../../index.ts';
import { type IngestionStand, startIngestion } from '../../ingestion-stand.ts';
import { normalise, refusalOf } from '../reading-under-test.ts';

const kind = 'standard-webhooks';
const path = `/hooks/${kind}`;
const newest = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const older = Buffer.alloc(24, 2).toString('base64');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const published = `whpk_${Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url').toString('base64')}`;
const at = 1_772_359_200;
const body = '{"type":"invoice.paid","timestamp":"2026-03-01T09:59:58Z","data":{"id":"in_1"}}';

let stand: IngestionStand;

beforeEach(async () => {
  stand = await startIngestion({ secrets: { [kind]: [newest, older, published] } });
  stand.clock.at = at * 1_000;
});

afterEach(() => stand.close());

function mac(secret: string, content: string): string {
  return `v1,${createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(content)
    .digest('base64')}`;
}

function edMac(key: KeyObject, content: string): string {
  return `v1a,${signEd25519(null, Buffer.from(content), key).toString('base64')}`;
}

function signed(rest: { id?: string; time?: string; body?: string; secret?: string } = {}): Record<string, string> {
  const { id = 'msg_1', time = String(at), secret = newest } = rest;
  return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': mac(secret, `${id}.${time}.${rest.body ?? body}`) };
}

function post(headers: Record<string, string>, sent = body) {
  return stand.ask({ method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body: sent });
}

const svix = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]));

describe('a delivery', () => {
  const content = `msg_1.${at}.${body}`;
  const wrong = `v1,${Buffer.alloc(32).toString('base64')}`;

  test.each<[string, Record<string, string>]>([
    ['is signed with the newest secret', signed()],
    ['is signed with an older one, written without its prefix', signed({ secret: older })],
    ['is signed by the private key', { ...signed(), 'webhook-signature': edMac(privateKey, content) }],
    ['has its signature among others', { ...signed(), 'webhook-signature': `v2,x ${wrong} ${mac(newest, content)} v1a,x` }],
    ['has headers of Svix', svix(signed())],
    ['is four minutes late', signed({ time: String(at - 240) })],
    ['is exactly five minutes late', signed({ time: String(at - 300) })],
    ['comes from a clock that is fast', signed({ time: String(at + 299) })],
  ])('that %s is accepted', async (_case, headers) => {
    expect((await post(headers)).status).toBe(202);
    expect(stand.inbox.kept).toHaveLength(1);
  });

  test.each<[string, Record<string, string>]>([
    ['has no headers', {}],
    ['has no id', without('webhook-id')],
    ['has no time', without('webhook-timestamp')],
    ['has no signature', without('webhook-signature')],
    ['has an empty signature', { ...signed(), 'webhook-signature': '' }],
    ['has another id', { ...signed(), 'webhook-id': 'msg_2' }],
    ['has another time', { ...signed(), 'webhook-timestamp': String(at + 1) }],
    ['is signed for another body', signed({ body: '{}' })],
    ['is too late', signed({ time: String(at - 301) })],
    ['is too early', signed({ time: String(at + 301) })],
    ['has a time that is no number', signed({ time: `${at}.0` })],
    ['has a time with a sign', signed({ time: `+${at}` })],
    ['has an id with a space', signed({ id: 'msg 1' })],
    ['has a signature of another version', { ...signed(), 'webhook-signature': mac(newest, content).replace('v1,', 'v2,') }],
    ['has a signature without its version', { ...signed(), 'webhook-signature': mac(newest, content).slice(3) }],
    ['has an hmac in place of an ed25519', { ...signed(), 'webhook-signature': mac(newest, content).replace('v1,', 'v1a,') }],
    ['has its signature after eight others', { ...signed(), 'webhook-signature': `${`${wrong} `.repeat(8)}${mac(newest, content)}` }],
    ['mixes the names of its headers', { ...svix(signed()), 'webhook-id': 'msg_1' }],
    ['is signed with the text of the public key', { ...signed(), 'webhook-signature': mac(published.slice(5), content) }],
  ])('that %s is 401', async (_case, headers) => {
    expect((await post(headers)).status).toBe(401);
    expect(stand.inbox.kept).toEqual([]);
  });

  function without(name: string): Record<string, string> {
    return Object.fromEntries(Object.entries(signed()).filter(([known]) => known !== name));
  }

  test("that is the sender's next try is a duplicate, whatever its time and the names of its headers", async () => {
    await post(signed());
    expect(JSON.parse((await post(signed({ time: String(at + 60) }))).text)).toMatchObject({ outcome: 'duplicate' });
    expect(JSON.parse((await post(svix(signed()))).text)).toMatchObject({ outcome: 'duplicate' });
    expect(stand.inbox.kept).toHaveLength(1);
  });

  test('with the same body and another id is another', async () => {
    await post(signed());
    expect(JSON.parse((await post(signed({ id: 'msg_2' }))).text)).toMatchObject({ outcome: 'accepted' });
    expect(stand.inbox.kept.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_2']);
  });
});

describe('a secret', () => {
  const description = sourceDescriptions.get(kind);

  test('that is made is one, and another each time', () => {
    const made = Array.from({ length: 50 }, () => description?.newSecret?.() ?? '');
    for (const secret of made) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(() => description?.checkSecret(secret)).not.toThrow();
    }
    expect(new Set(made).size).toBe(50);
  });

  test.each([newest, older, published, `whsec_${Buffer.alloc(64).toString('base64')}`, newest.replace('=', '')])(
    '%s is taken',
    (secret) => {
      expect(() => description?.checkSecret(secret)).not.toThrow();
    },
  );

  test.each([
    ['', /24 to 64 bytes/],
    ['whsec_', /24 to 64 bytes/],
    [`whsec_${Buffer.alloc(23).toString('base64')}`, /24 to 64 bytes/],
    [`whsec_${Buffer.alloc(65).toString('base64')}`, /24 to 64 bytes/],
    [`whsec_${'!'.repeat(40)}`, /24 to 64 bytes/],
    [`whsec_${'a'.repeat(32)} `, /24 to 64 bytes/],
    [`whpk_${Buffer.alloc(31).toString('base64')}`, /ed25519/],
    [`whsk_${Buffer.alloc(64).toString('base64')}`, /private key/],
  ])('%j is refused, and says why', (secret, why) => {
    expect(() => description?.checkSecret(secret)).toThrow(why);
  });
});

describe('what is read', () => {
  test('is the event by its type, with its data and time', () => {
    expect(normalise(kind, body)).toEqual([
      {
        type: 'hooks.invoice.paid',
        source: 'urn:standard-webhooks:standard-webhooks',
        subject: null,
        time: '2026-03-01T09:59:58.000Z',
        data: { id: 'in_1' },
        refs: [{ system: kind, kind: 'connection', id: kind }],
      },
    ]);
  });

  test.each<[string, string, unknown]>([
    ['{"type":"user_created"}', 'hooks.user_created', null],
    ['{"type":"a:b/c d.e","data":[1]}', 'hooks.a-b-c-d.e', [1]],
    ['{"type":"x","data":12345678901234567890}', 'hooks.x', '12345678901234567890'],
    ['{"type":"x","data":"a\\u0000","timestamp":5.5}', 'hooks.x', 'a\uFFFD'],
  ])('%s is %s', (text, type, data) => {
    expect(normalise(kind, text)).toMatchObject([{ type, data, time: null }]);
  });

  test.each([
    ['', 'unreadable'],
    ['[]', 'unreadable'],
    ['{"type":', 'unreadable'],
    [`{"type":"x","data":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, 'unreadable'],
    ['{}', 'unknown-event'],
    ['{"type":5}', 'unknown-event'],
    ['{"type":""}', 'unknown-event'],
    ['{"type":"a..b"}', 'unknown-event'],
    [`{"type":"${'x'.repeat(200)}"}`, 'unknown-event'],
  ])('%.40s is %s', (text, reason) => {
    expect(refusalOf(kind, text).reason).toBe(reason);
  });
});

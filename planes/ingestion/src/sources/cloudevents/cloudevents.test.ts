import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sourceDescriptions } from '../../index.ts';
import { type IngestionStand, startIngestion } from '../../ingestion-stand.ts';

const kind = 'cloudevents';
const newest = 'the-newest.token~of/this+connection=';
const older = 'the-older-token-of-this-connection';

let stand: IngestionStand;

beforeEach(async () => {
  stand = await startIngestion({ secrets: { [kind]: [newest, older] } });
});

afterEach(() => stand.close());

const binary = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-type': 'com.example.someevent',
  'ce-id': '1234-1234-1234',
  'ce-source': '/mycontext',
};

function post(headers: Record<string, string>, body: string | Uint8Array = '{"a":1}', query = '') {
  return stand.ask({ method: 'POST', path: `/hooks/${kind}${query}`, headers, body });
}

const outcome = async (answer: Promise<{ text: string }>) => (JSON.parse((await answer).text) as { outcome: string }).outcome;

describe('the bearer token', () => {
  test.each([`Bearer ${newest}`, `Bearer ${older}`, `bearer ${newest}`, `BEARER   ${newest}`])('%s is taken', async (authorization) => {
    expect((await post({ ...binary, authorization })).status).toBe(202);
  });

  test.each<[string, Record<string, string>, string]>([
    ['none', {}, ''],
    ['another', { authorization: `Bearer ${newest}x` }, ''],
    ['a beginning of it', { authorization: `Bearer ${newest.slice(0, -1)}` }, ''],
    ['it without its scheme', { authorization: newest }, ''],
    ['it under another scheme', { authorization: `Basic ${newest}` }, ''],
    ['it twice', { authorization: `Bearer ${newest}, Bearer ${newest}` }, ''],
    ['it in the address', {}, `?access_token=${encodeURIComponent(newest)}`],
  ])('%s is 401', async (_case, headers, query) => {
    const answer = await post({ ...binary, ...headers }, '{}', query);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="hooks"');
    expect(stand.inbox.kept).toEqual([]);
  });

  test.each(['short', 'has a space in it and is long', 'ümlaut-token-that-is-long-enough', 'x'.repeat(257)])(
    '%s cannot be one',
    (token) => {
      expect(() => sourceDescriptions.get(kind)?.checkSecret(token)).toThrow();
    },
  );
});

describe('what is kept', () => {
  const authorization = `Bearer ${newest}`;

  test('are the attributes in headers, and never the token', async () => {
    await post({ ...binary, authorization, 'ce-subject': 'x'.repeat(3_000), 'ce-etistenant': 'acme', 'x-other': 'y' });
    expect(stand.inbox.kept[0]?.headers).toEqual({ ...binary, 'ce-subject': 'x'.repeat(3_000), 'ce-etistenant': 'acme' });
  });

  test('in binary mode, the same id and source and body are one event, and anything else is another', async () => {
    expect(await outcome(post({ ...binary, authorization }))).toBe('accepted');
    expect(await outcome(post({ ...binary, authorization, 'ce-time': '2018-04-05T03:56:24Z' }))).toBe('duplicate');
    expect(await outcome(post({ ...binary, authorization, 'ce-id': '2' }))).toBe('accepted');
    expect(await outcome(post({ ...binary, authorization, 'ce-source': '/other' }))).toBe('accepted');
    expect(await outcome(post({ ...binary, authorization }, '{"a":2}'))).toBe('accepted');
  });

  test('source and id cannot be shifted into each other', async () => {
    expect(await outcome(post({ ...binary, authorization, 'ce-source': '/a', 'ce-id': 'bc' }))).toBe('accepted');
    expect(await outcome(post({ ...binary, authorization, 'ce-source': '/ab', 'ce-id': 'c' }))).toBe('accepted');
  });

  test('in structured mode, headers beside the body change nothing', async () => {
    const structured = { authorization, 'content-type': 'Application/CloudEvents+JSON; charset=utf-8' };
    expect(await outcome(post(structured, '{"id":"1"}'))).toBe('accepted');
    expect(await outcome(post({ ...structured, 'ce-id': '2', 'ce-specversion': '1.0' }, '{"id":"1"}'))).toBe('duplicate');
  });
});

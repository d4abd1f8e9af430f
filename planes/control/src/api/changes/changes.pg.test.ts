import { testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiUnderTest } from '../api-under-test.ts';
import { startSeededApi } from '../seeded-api.ts';

let api: ApiUnderTest;
let url: string;

beforeAll(async () => {
  api = await startSeededApi();
  url = await api.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => api[Symbol.asyncDispose]());

interface Followed {
  readonly response: Response;
  /** Reads on until `pattern` was sent; resolves to everything so far. */
  until(pattern: RegExp): Promise<string>;
  cut(): void;
}

async function follow(lastEventId?: string): Promise<Followed> {
  const controller = new AbortController();
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const response = await fetch(`${url}/api/v1/changes`, { headers, signal: controller.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    async until(pattern) {
      while (!pattern.test(text)) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error(`the stream ended after ${text}`);
        text += value;
      }
      return text;
    },
    cut: () => controller.abort(),
  };
}

describe('GET /changes', () => {
  it('says what changed as it happens, and resumes where it was cut', async () => {
    const first = await follow();
    expect(first.response.status).toBe(200);
    expect(first.response.headers.get('content-type')).toBe('text/event-stream');
    expect(first.response.headers.get('cache-control')).toBe('no-store');
    const { tenants } = api.control;
    await tenants.create(testContext(), { id: 'streamed', name: 'Streamed' });
    const seen = await first.until(/"id":"streamed","version":\d+}\n\n/);
    expect(seen).toMatch(/^retry: 1000\nid: \d+\nevent: ready\ndata: {"version":\d+}\n\n/);
    const lastEventId = [...seen.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1];
    expect(lastEventId).toBe(String(await api.version()));
    first.cut();

    await tenants.update(testContext(), 'streamed', { status: 'suspended' });
    await tenants.create(testContext(), { id: 'meanwhile', name: 'Meanwhile' });
    const second = await follow(lastEventId);
    const caught = await second.until(/"id":"meanwhile"/);
    expect(caught).toMatch(/"id":"streamed"[\s\S]*"id":"meanwhile"/);
    second.cut();
  });

  it('says to look at everything where it cannot know what was missed', async () => {
    const late = await follow('nonsense');
    expect(await late.until(/"resource"/)).toContain('{"resource":"*","id":null,');
    late.cut();
  });

  it('tells what moved in the record', async () => {
    const followed = await follow();
    await followed.until(/ready/);
    await followed.until(/ready/);
    api.record.state.unmatched = [];
    // The first look only takes note; what changes after it is told.
    const changing = setInterval(
      () =>
        api.record.state.unmatched.push({ delivery: String(api.record.asked.length), connection: 'c', reason: 'r', detail: 'd', at: '' }),
      100,
    );
    try {
      expect(await followed.until(/"unmatched"/)).toContain('{"resource":"unmatched","id":null,"version":null}');
    } finally {
      clearInterval(changing);
      followed.cut();
    }
  });

  it('tells what other planes changed, many at once as one', async () => {
    const followed = await follow();
    await followed.until(/event: ready/);
    for (let index = 0; index < 50; index += 1) api.control.noteChange('fleet');
    api.control.noteChange('directives');
    const seen = await followed.until(/"resource":"directives"/);
    expect(seen.match(/"resource":"fleet","id":null,"version":null/g)).toHaveLength(1);
    followed.cut();
  });

  it('is not counted any more once it was cut', async () => {
    for (let round = 0; round < 120; round += 1) {
      const followed = await follow();
      expect(followed.response.status).toBe(200);
      await followed.until(/ready/);
      followed.cut();
    }
  });

  it('ends with the listener, without holding it up', async () => {
    const followed = await follow();
    await followed.until(/ready/);
    const begun = performance.now();
    await Promise.all([api.app.close(), expect(followed.until(/never/)).rejects.toThrow('the stream ended')]);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEventStream, type StreamEvent } from './event-stream.ts';

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function read(text: string, sizes: readonly number[] = []): Promise<StreamEvent[]> {
  const found: StreamEvent[] = [];
  for await (const event of readEventStream(chunked(new TextEncoder().encode(text), sizes))) found.push(event);
  return found;
}

const plain = { event: 'message', id: null, retry: null };

describe('an event stream', () => {
  it.each<[string, StreamEvent[]]>([
    ['data: a\n\n', [{ ...plain, data: 'a' }]],
    ['data:a\ndata: b\n\n', [{ ...plain, data: 'a\nb' }]],
    ['event: change\ndata: {}\nid: 7\n\n', [{ event: 'change', data: '{}', id: '7', retry: null }]],
    [
      'id: 7\n\ndata: a\n\ndata: b\n\n',
      [
        { ...plain, data: 'a', id: '7' },
        { ...plain, data: 'b', id: '7' },
      ],
    ],
    ['retry: 50\n\ndata\n\n', [{ ...plain, data: '', retry: 50 }]],
    ['retry: soon\nid: a\0b\ndata: a\n\n', [{ ...plain, data: 'a' }]],
    [': comment\n\n: another\ndata: a\n\n', [{ ...plain, data: 'a' }]],
    [
      'data: a\r\n\r\ndata: b\r\rdata: c\n\n',
      [
        { ...plain, data: 'a' },
        { ...plain, data: 'b' },
        { ...plain, data: 'c' },
      ],
    ],
    ['data: cut off', []],
    ['event: x\n\ndata: a\n\n', [{ ...plain, data: 'a' }]],
    ['data: ünï\n\n', [{ ...plain, data: 'ünï' }]],
  ])('%j', async (text, events) => {
    expect(await read(text)).toEqual(events);
  });

  it('reads the same however it is cut into pieces', async () => {
    const text = ': x\r\n\r\nid: 1\r\nevent: change\r\ndata: {"ü":"é"}\r\n\r\ndata: b\n\nid: 2\ndata: c\rdata: d\r\r';
    const whole = await read(`${text}\n`);
    expect(whole).toHaveLength(3);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), async (sizes) => {
        expect(await read(`${text}\n`, sizes)).toEqual(whole);
      }),
    );
  });

  it('does not grow without an end', async () => {
    await expect(read(`data: ${'x'.repeat(1_100_000)}`)).rejects.toThrow('longer than any');
    await expect(read('data: x\n'.repeat(200_000))).rejects.toThrow('longer than any');
  });
});

/** One event of a `text/event-stream`. `id` is the last one that was sent so far; null where none was. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
  /** What the stream asked for, in milliseconds, when it ends; null where it did not. */
  readonly retry: number | null;
}

/** Characters of one event; a stream with longer ones is not ours. */
const maxEvent = 1_000_000;

/** Reads events out of a stream, as the HTML standard says (9.2.6). @throws Error for an event that is far too long */
export async function* readEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent, void, void> {
  const decoder = new TextDecoder();
  const reader = createReader();
  for await (const chunk of body) yield* reader.read(decoder.decode(chunk, { stream: true }));
}

function createReader() {
  let waiting = '';
  let id: string | null = null;
  let retry: number | null = null;
  let event = '';
  let data: string[] = [];
  let length = 0;

  function take(line: string): StreamEvent | null {
    if (line === '') {
      const whole = data.length === 0 ? null : { event: event === '' ? 'message' : event, data: data.join('\n'), id, retry };
      event = '';
      data = [];
      length = 0;
      return whole;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) retry = Number(value);
    length += line.length;
    return null;
  }

  return {
    *read(text: string): Generator<StreamEvent, void, void> {
      waiting += text;
      // A \r at the end may be the first half of \r\n.
      const lines = waiting.split(/\r\n|\n|\r(?!$)/);
      waiting = lines.pop() ?? '';
      for (const line of lines) {
        const whole = take(line);
        if (whole !== null) yield whole;
      }
      if (waiting.length + length > maxEvent) throw new Error('an event of the stream is longer than any that the platform sends');
    },
  };
}

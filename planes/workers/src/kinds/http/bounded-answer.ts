import type { OutboundResponse } from '@etis/agent/outbound';

/** An answer as far as it is kept. */
export interface HttpAnswer {
  readonly status: number;
  /** The first 50, without those that set cookies; values cut to 1,000 characters. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON where it says that it is, otherwise text; null where there is none. */
  readonly body: unknown;
  /** Whether the body was longer than 48 KiB and was left out. */
  readonly omitted: boolean;
}

const maxBodyBytes = 48 * 1024;

export function boundedAnswer({ status, headers, body }: Pick<OutboundResponse, 'status' | 'headers' | 'body'>): HttpAnswer {
  const kept = Object.entries(headers).filter(([name]) => name !== 'set-cookie');
  const omitted = body.length > maxBodyBytes;
  return {
    status,
    headers: Object.fromEntries(kept.slice(0, 50).map(([name, value]) => [name, value.slice(0, 1_000)])),
    body: omitted || body.length === 0 ? null : contentOf(body.toString('utf8'), headers['content-type'] ?? ''),
    omitted,
  };
}

function contentOf(text: string, type: string): unknown {
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // What calls itself JSON and is none is still what was answered.
    return text;
  }
}

import { lookup as dnsLookup } from 'node:dns/promises';
import { EtisError } from '@etis/kernel';
import { Agent, type Dispatcher, errors as undiciErrors } from 'undici';
import { errors } from '../errors.ts';
import { createAddressPolicy, parseOutboundUrl } from './address-policy.ts';
import { createCheckedConnector, type Lookup } from './checked-connector.ts';
import type { OutboundRequest, OutboundResponse } from './outbound-request.ts';
import { redirected } from './redirect.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Calls addresses that users supplied: the only way out of the platform for those. */
export interface OutboundClient {
  /**
   * @throws AGENT_OUTBOUND_URL_REFUSED, AGENT_ADDRESS_REFUSED, AGENT_OUTBOUND_REQUEST_INVALID, AGENT_OUTBOUND_REDIRECTS_EXCEEDED,
   * AGENT_OUTBOUND_RESPONSE_TOO_LARGE; retryable: AGENT_OUTBOUND_TIMEOUT, AGENT_OUTBOUND_NAME_UNKNOWN, AGENT_OUTBOUND_FAILED;
   * the reason of `signal` when the caller gave up.
   */
  request(url: string, options?: OutboundRequest): Promise<OutboundResponse>;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface OutboundClientOptions {
  /** Local addresses that may be called all the same: CIDR blocks, or `host:port` as in the URL. None by default. */
  readonly allowPrivate?: readonly string[];
  /** Bound for one request with everything in it: names, redirects, the whole answer. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  /** The system's resolver by default. */
  readonly lookup?: Lookup;
}

export function createOutboundClient(options: OutboundClientOptions): OutboundClient {
  const agent = new Agent({
    connect: createCheckedConnector({
      policy: createAddressPolicy(options.allowPrivate),
      lookup: options.lookup ?? systemLookup,
      timeoutMs: options.timeoutMs,
    }),
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxHeaderSize: 16_384,
    pipelining: 1,
    connections: 16,
    maxOrigins: 1_024,
  });

  async function exchange(url: URL, request: OutboundRequest, signal: AbortSignal): Promise<OutboundResponse> {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method ?? 'GET',
      headers: checkedHeaders(request.headers ?? {}),
      body: request.body ?? null,
      signal,
    });
    const body = await readBody(answer, url.host, request.sink);
    return { status: answer.statusCode, headers: flatHeaders(answer.headers), body, url: url.href };
  }

  async function readBody(answer: Dispatcher.ResponseData, host: string, sink: OutboundRequest['sink']): Promise<Buffer> {
    const chunks: Buffer[] = [];
    if (sink === undefined) {
      for await (const chunk of bounded(answer, host)) chunks.push(chunk);
    } else if (answer.statusCode >= 200 && answer.statusCode < 300) {
      for await (const chunk of bounded(answer, host)) await sink(chunk);
    } else {
      await answer.body.dump({ limit: 65_536 });
    }
    return Buffer.concat(chunks);
  }

  async function* bounded({ headers, body }: Dispatcher.ResponseData, host: string): AsyncGenerator<Buffer> {
    const limit = options.maxResponseBytes;
    const announced = Number(headers['content-length'] ?? 0);
    let size = 0;
    // Leaving the loop by an error destroys the stream, and with it the connection.
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit || announced > limit) throw errors.OUTBOUND_RESPONSE_TOO_LARGE(host, limit);
      yield chunk;
    }
  }

  return {
    async request(text, request = {}) {
      const limit = request.followRedirects ?? 0;
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
      let url = parseOutboundUrl(text);
      let current = request;
      try {
        for (let hops = 0; ; hops += 1) {
          // undici hears of the signal only once it is connected.
          const response = await unlessAborted(exchange(url, current, signal), signal);
          const next = limit === 0 ? null : redirected(url, response, current);
          if (next === null) return response;
          if (hops === limit) throw errors.OUTBOUND_REDIRECTS_EXCEEDED(url.host, limit);
          url = next.url;
          current = next.request;
        }
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        throw outboundError(error, { host: url.host, timedOut: timeout.aborted, timeoutMs: options.timeoutMs });
      }
    },
    close: () => agent.destroy(),
  };
}

function outboundError(error: unknown, { host, timedOut, timeoutMs }: { host: string; timedOut: boolean; timeoutMs: number }): unknown {
  if (error instanceof EtisError) return error;
  const cause = error;
  if (
    timedOut ||
    error instanceof undiciErrors.ConnectTimeoutError ||
    error instanceof undiciErrors.HeadersTimeoutError ||
    error instanceof undiciErrors.BodyTimeoutError
  ) {
    return errors.OUTBOUND_TIMEOUT.because({ cause }, host, timeoutMs);
  }
  if (error instanceof undiciErrors.InvalidArgumentError) return errors.OUTBOUND_REQUEST_INVALID.because({ cause }, error.message);
  return errors.OUTBOUND_FAILED.because({ cause }, host);
}

// They decide who is addressed and where a message ends, so they follow from the URL and the body alone.
const ownHeaders = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);

function checkedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const refused = Object.keys(headers).find((name) => ownHeaders.has(name.toLowerCase()));
  if (refused !== undefined) throw errors.OUTBOUND_REQUEST_INVALID(`the header ${refused} is set by the client itself`);
  return { ...headers };
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]);
  return Object.fromEntries(flat);
}

const systemLookup: Lookup = async (host) => {
  const addresses = await dnsLookup(host, { all: true, order: 'verbatim' });
  return addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

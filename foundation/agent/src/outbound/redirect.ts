import { errors } from '../errors.ts';
import { parseOutboundUrl } from './address-policy.ts';
import type { OutboundRequest, OutboundResponse } from './outbound-request.ts';

const redirectStatus = new Set([301, 302, 303, 307, 308]);

/** What may go along to another origin; anything else, such as a credential of any name, was meant for the first one. */
const portableHeaders = new Set(['accept', 'accept-language', 'user-agent', 'content-type']);

/**
 * The request that a redirect asks for (RFC 9110, 15.4); null where the answer is none. From https it never leads to http.
 * @throws AGENT_OUTBOUND_URL_REFUSED
 */
export function redirected(
  from: URL,
  response: Pick<OutboundResponse, 'status' | 'headers'>,
  request: OutboundRequest,
): { readonly url: URL; readonly request: OutboundRequest } | null {
  const location = response.headers.location;
  if (!redirectStatus.has(response.status) || location === undefined) return null;
  const url = parseOutboundUrl(location, from);
  if (from.protocol === 'https:' && url.protocol === 'http:') throw errors.OUTBOUND_URL_REFUSED('it redirects from https to http');
  const kept = url.origin === from.origin ? request : { ...request, headers: portable(request.headers ?? {}) };
  return { url, request: becomesGet(response.status, request.method) ? withoutBody(kept) : kept };
}

function becomesGet(status: number, method: OutboundRequest['method']): boolean {
  if (status === 303) return method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

function withoutBody({ body: _, headers = {}, ...request }: OutboundRequest): OutboundRequest {
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type');
  return { ...request, method: 'GET', headers: Object.fromEntries(kept) };
}

function portable(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => portableHeaders.has(name.toLowerCase())));
}

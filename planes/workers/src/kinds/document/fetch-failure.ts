import type { OutboundResponse } from '@etis/agent/outbound';
import { RetryAfter, TerminalFailure } from '../../runtime/job-kind.ts';

/** The shortest and the longest while after which a server that cannot serve is asked again, in milliseconds. */
const patience = { least: 30_000, most: 3_600_000 };

/** Statuses of RFC 9110 that are about the moment and not about the document. */
const passing = new Set([408, 421, 423, 425, 429]);

const refusals: Readonly<Record<number, string>> = {
  401: 'it wants a credential, or the one in the address has expired; ask with a fresh address',
  403: 'it forbids this, or the address has expired; ask with a fresh address',
  404: 'there is nothing at this address',
  410: 'what was at this address is gone for good',
};

/** Why an answer is no document, and whether to ask again; null where it is one. `now` is in milliseconds since 1970. */
export function failureOf({ status, headers, url }: OutboundResponse, now: number): Error | null {
  if (status === 200 || status === 203) return null;
  const host = URL.parse(url)?.host ?? 'the server';
  const answered = `It was not fetched: ${host} answered with ${status}`;
  if (passing.has(status) || status >= 500) {
    const ms = patienceOf(headers['retry-after'], now);
    return new RetryAfter(ms, `${answered}; it is asked again after ${Math.ceil(ms / 1_000)} s.`);
  }
  const reason = refusals[status] ?? (status < 400 ? 'which carries no document' : 'it refuses the request');
  return new TerminalFailure(`${answered}: ${reason}.`);
}

/** Retry-After as RFC 9110, section 10.2.3 has it: seconds, or a date. */
function patienceOf(header: string | undefined, now: number): number {
  const asked = header === undefined ? 0 : /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Math.min(patience.most, Math.max(patience.least, Number.isFinite(asked) ? asked : 0));
}

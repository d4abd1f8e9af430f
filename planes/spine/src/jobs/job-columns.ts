import type { JobRequest } from '@etis/contracts/jobs';
import { errorText, isUuid } from '@etis/kernel';
import { errors } from '../errors.ts';

const maxPayload = 1 << 20;
const maxResult = 256 << 10;
const wordPattern = /^[a-z0-9][a-z0-9.-]{0,59}$/;
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

function json(value: unknown, what: string): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw errors.JOB_MALFORMED.because({ cause: error }, `${what} is not JSON: ${errorText(error)}`);
  }
}

/** Whether it can be the name of a kind, a tenant or a product. */
export function isWord(text: string): boolean {
  return wordPattern.test(text);
}

/** The payload as JSON text. @throws SPINE_JOB_MALFORMED where it is none, or too long */
export function payloadJson(value: unknown): string {
  const payload = json(value, 'its payload');
  if (payload.length > maxPayload) throw errors.JOB_MALFORMED(`its payload is longer than ${maxPayload} characters`);
  return payload;
}

/** The payload as JSON text. @throws SPINE_JOB_MALFORMED for a request that could not be kept, run or shown */
export function payloadText(request: JobRequest): string {
  for (const name of ['id', 'cause', 'flow'] as const) {
    const id = request[name];
    if (id !== null && !isUuid(id)) throw errors.JOB_MALFORMED(`its ${name} is not a UUID in lower case`);
  }
  for (const name of ['kind', 'tenant', 'reportTo'] as const) {
    const word = request[name];
    if (word !== undefined && !isWord(word)) throw errors.JOB_MALFORMED(`its ${name} is not 1 to 60 characters of a-z, 0-9, "." and "-"`);
  }
  const { priority, runAt, dedupe } = request;
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= -100 && priority <= 100)) {
    throw errors.JOB_MALFORMED('its priority is not a whole number from -100 to 100');
  }
  if (runAt !== undefined && !(timePattern.test(runAt) && Number.isFinite(Date.parse(runAt)))) {
    throw errors.JOB_MALFORMED('its time to run is not a time as RFC 3339 writes it');
  }
  if (dedupe !== undefined && (dedupe.length < 1 || dedupe.length > 200 || dedupe.includes('\0') || !dedupe.isWellFormed())) {
    throw errors.JOB_MALFORMED('its dedupe text is not 1 to 200 characters');
  }
  return payloadJson(request.payload);
}

/** The result as JSON text. What the job did is done, so a result that is too long is replaced by a note instead of being refused. */
export function resultText(result: unknown): string {
  const text = json(result, 'its result');
  return text.length > maxResult ? JSON.stringify({ omitted: `a result of ${text.length} characters` }) : text;
}

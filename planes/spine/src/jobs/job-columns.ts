import type { JobRequest } from '@etis/contracts/jobs';
import { errorText, isUuid } from '@etis/kernel';
import { errors } from '../errors.ts';

const maxPayload = 1 << 20;
const maxResult = 256 << 10;
const wordPattern = /^[a-z0-9][a-z0-9.-]{0,59}$/;

function json(value: unknown, what: string): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw errors.JOB_MALFORMED.because({ cause: error }, `${what} is not JSON: ${errorText(error)}`);
  }
}

/** The payload as JSON text. @throws SPINE_JOB_MALFORMED for a request that could not be kept, run or shown */
export function payloadText(request: JobRequest): string {
  for (const name of ['id', 'cause', 'flow'] as const) {
    if (!isUuid(request[name])) throw errors.JOB_MALFORMED(`its ${name} is not a UUID in lower case`);
  }
  for (const name of ['kind', 'tenant'] as const) {
    if (!wordPattern.test(request[name])) throw errors.JOB_MALFORMED(`its ${name} is not 1 to 60 characters of a-z, 0-9, "." and "-"`);
  }
  const payload = json(request.payload, 'its payload');
  if (payload.length > maxPayload) throw errors.JOB_MALFORMED(`its payload is longer than ${maxPayload} characters`);
  return payload;
}

/** The result as JSON text. What the job did is done, so a result that is too long is replaced by a note instead of being refused. */
export function resultText(result: unknown): string {
  const text = json(result, 'its result');
  return text.length > maxResult ? JSON.stringify({ omitted: `a result of ${text.length} characters` }) : text;
}

import { STATUS_CODES } from 'node:http';
import { type ErrorDetail, type ErrorKind, EtisError } from '@etis/kernel';

/** An answer to a request that failed: RFC 9457, with the error's stable code. */
export interface Problem {
  /** `urn:etis:problem:<code in lower case, with hyphens>`; the same for every occurrence. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** `urn:etis:trace:<trace id>`: what to quote when asking for help. */
  readonly instance?: string;
  /** The places of the request that were refused: `pointer` is a JSON Pointer into the body, or the name of a query field, path parameter or header. */
  readonly errors?: readonly ErrorDetail[];
  /** On a 503 of `/readyz`: the names of the checks that failed. */
  readonly failing?: readonly string[];
}

/** A problem and what HTTP wants beside it. */
export interface ProblemAnswer {
  readonly problem: Problem;
  /** Seconds, for the header `Retry-After`. */
  readonly retryAfter?: number;
}

/** The one table from kinds of trouble to HTTP. */
const answers: Readonly<Record<ErrorKind, { readonly status: number; readonly retryAfter?: number; readonly hidden?: true }>> = {
  invalid: { status: 400 },
  unauthenticated: { status: 401 },
  forbidden: { status: 403 },
  'not-found': { status: 404 },
  conflict: { status: 409 },
  precondition: { status: 412 },
  unprocessable: { status: 422 },
  'too-large': { status: 413 },
  limited: { status: 429, retryAfter: 30 },
  unavailable: { status: 503, retryAfter: 5 },
  setup: { status: 500, hidden: true },
  internal: { status: 500, hidden: true },
};

const internalText = 'Something failed on our side and has been logged. Try again; if it stays, tell the operator the trace.';

/** What the HTTP layer itself refuses, by status; the text of its errors may quote the request, so ours stands in. */
const refusals: Readonly<Record<number, { readonly code: string; readonly detail: string }>> = {
  400: {
    code: 'EDGE_REQUEST_MALFORMED',
    detail: 'The request is not well-formed HTTP for this route. Check its address, headers and body.',
  },
  405: { code: 'EDGE_METHOD_NOT_ALLOWED', detail: 'This address does not take that method. The Allow header names those it takes.' },
  408: { code: 'EDGE_REQUEST_TIMEOUT', detail: 'The request did not arrive whole in time. Send it again.' },
  413: { code: 'EDGE_BODY_TOO_LARGE', detail: 'The body is larger than this route takes. Send a smaller one.' },
  414: { code: 'EDGE_ADDRESS_TOO_LONG', detail: 'A part of the address is longer than any that exists here. Check the path.' },
  415: { code: 'EDGE_MEDIA_TYPE_UNSUPPORTED', detail: 'This route does not read that Content-Type. Send application/json.' },
  431: { code: 'EDGE_HEADERS_TOO_LARGE', detail: 'The headers are larger than this server takes. Send fewer or shorter ones.' },
  503: { code: 'EDGE_TIMEOUT', detail: 'The answer took too long, so the request was given up. Try again later.' },
};

/** Any problem, from its status, code and text. */
export function problem(entry: {
  status: number;
  code: string;
  detail: string;
  errors?: readonly ErrorDetail[];
  failing?: readonly string[];
}): Problem {
  const type = `urn:etis:problem:${entry.code.toLowerCase().replaceAll('_', '-')}`;
  return { type, title: STATUS_CODES[entry.status] ?? 'Error', ...entry };
}

/** The problem of a request that the HTTP layer refuses with `status`; null for a status that it does not refuse with. */
export function refusal(status: number): Problem | null {
  const entry = refusals[status];
  return entry === undefined ? null : problem({ status, ...entry });
}

interface HttpError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
}

/** Turns whatever was thrown into an answer. What nobody foresaw becomes a 500 that tells nothing of the inside. */
export function answerTo(error: unknown): ProblemAnswer {
  if (error instanceof EtisError) {
    const { status, retryAfter, hidden } = answers[error.kind];
    const detail = hidden ? internalText : error.message;
    const places = hidden || error.details === undefined ? {} : { errors: error.details };
    return { problem: problem({ status, code: error.code, detail, ...places }), ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
  const { code, statusCode, message } = (typeof error === 'object' && error !== null ? error : {}) as HttpError;
  if (code === 'FST_ERR_VALIDATION') {
    return {
      problem: problem({ status: 400, code: 'EDGE_REQUEST_INVALID', detail: `The request does not fit this route: ${String(message)}.` }),
    };
  }
  const foreseen = typeof statusCode === 'number' ? (refusal(statusCode) ?? (isClientError(statusCode) ? refusal(400) : null)) : null;
  if (foreseen !== null)
    return { problem: foreseen, ...(foreseen.status === 503 ? { retryAfter: answers.unavailable.retryAfter ?? 5 } : {}) };
  return { problem: problem({ status: 500, code: 'EDGE_INTERNAL', detail: internalText }) };
}

function isClientError(status: number): boolean {
  return status >= 400 && status < 500;
}

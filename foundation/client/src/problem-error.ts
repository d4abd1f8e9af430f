/** One place of a request that was refused: a JSON Pointer into the body, or the name of a query field, path parameter or header. */
export interface RefusedPlace {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * The platform refused or could not do what was asked (RFC 9457). Tell problems apart by `code`, which is stable, or by `status`; `message` is
 * for people. `retryAfter` says in how many seconds it is worth asking again; null where nobody said.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: string;
  readonly status: number;
  readonly title: string;
  /** Empty unless the request itself is at fault. */
  readonly errors: readonly RefusedPlace[];
  readonly retryAfter: number | null;
  /** What to quote when asking for help; null where the answer named none. */
  readonly instance: string | null;

  constructor(problem: {
    code: string;
    status: number;
    title: string;
    detail: string;
    errors: readonly RefusedPlace[];
    retryAfter: number | null;
    instance: string | null;
  }) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.errors = problem.errors;
    this.retryAfter = problem.retryAfter;
    this.instance = problem.instance;
  }
}

/** Nothing answered: the address is wrong, the platform does not run, or the answer took too long. `cause` is what the system said. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`Nothing answers at ${url}.`, { cause });
    this.url = url;
  }
}

/** Longer bodies are no problems of ours. */
const maxText = 100_000;

/** Reads an answer that is no success, whatever stands in between: a proxy may answer with a page. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const text = (await response.text().catch(() => '')).slice(0, maxText);
  const body = objectOf(text);
  const string = (name: string) => (typeof body[name] === 'string' ? body[name] : null);
  const title = string('title') ?? (response.statusText || `Status ${response.status}`);
  return new ProblemError({
    code: string('code') ?? 'UNKNOWN',
    status: response.status,
    title,
    detail: string('detail') ?? `The answer was ${response.status} (${title}), without a reason.`,
    errors: Array.isArray(body.errors) ? body.errors.flatMap(placeOf) : [],
    retryAfter: secondsOf(response.headers.get('retry-after')),
    instance: string('instance'),
  });
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function placeOf(place: unknown): readonly RefusedPlace[] {
  if (typeof place !== 'object' || place === null || !('pointer' in place) || !('detail' in place)) return [];
  return [{ pointer: String(place.pointer), detail: String(place.detail) }];
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - Date.now()) / 1_000));
}

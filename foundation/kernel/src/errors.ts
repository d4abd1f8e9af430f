/** What sort of trouble an error is; the edge turns it into an HTTP status, the command line into an exit code. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'precondition'
  | 'unprocessable'
  | 'too-large'
  | 'limited'
  | 'unavailable'
  | 'setup'
  | 'internal';

/**
 * One place of what was asked for, and why it was refused. `pointer` is a JSON Pointer into the body (RFC 6901, empty for the whole of it), or the
 * name of a query field, a path parameter or a header.
 */
export interface ErrorDetail {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * An error that the platform knows. `code` is stable, `message` may be shown to whoever asked, `internal` is for the log only.
 * `retryable` says whether the same call may succeed later; `details` names the places of the input that were refused, where it is about input.
 */
export class EtisError extends Error {
  override readonly name = 'EtisError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly internal: string | undefined;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(entry: {
    code: string;
    kind: ErrorKind;
    retryable: boolean;
    message: string;
    internal?: string | undefined;
    details?: readonly ErrorDetail[] | undefined;
    cause?: unknown;
  }) {
    super(entry.message, entry.cause === undefined ? undefined : { cause: entry.cause });
    this.code = entry.code;
    this.kind = entry.kind;
    this.retryable = entry.retryable;
    this.internal = entry.internal;
    this.details = entry.details;
  }
}

/** What goes into an error beside its text: `cause` and `internal` only the log may see, `details` may be shown. */
interface ErrorReason {
  readonly cause?: unknown;
  readonly internal?: string;
  readonly details?: readonly ErrorDetail[];
}

interface CatalogueEntry {
  readonly kind: ErrorKind;
  /** Default false. */
  readonly retryable?: boolean;
  /** Public text: what happened, why, and what to do. */
  // biome-ignore lint/suspicious/noExplicitAny: each entry takes arguments of its own
  readonly message: (...args: any[]) => string;
}

/** How one catalogue entry is made into an error. */
export interface ErrorFactory<Args extends readonly unknown[]> {
  (...args: Args): EtisError;
  readonly code: string;
  /** The same with its reason. */
  because(reason: ErrorReason, ...args: Args): EtisError;
}

type Catalogue<Entries extends Record<string, CatalogueEntry>> = {
  readonly [Name in keyof Entries]: ErrorFactory<Parameters<Entries[Name]['message']>>;
};

/**
 * One catalogue per package: `const errors = errorCatalogue('SPINE', { LANE_UNKNOWN: { kind: 'not-found', message: (lane: string) => … } })`
 * gives `errors.LANE_UNKNOWN('acme/nudge')`, an `EtisError` with the code `SPINE_LANE_UNKNOWN`.
 */
export function errorCatalogue<const Entries extends Record<string, CatalogueEntry>>(prefix: string, entries: Entries): Catalogue<Entries> {
  const factories = Object.entries(entries).map(([name, entry]) => {
    const code = `${prefix}_${name}`;
    const because = (reason: ErrorReason, ...args: unknown[]) =>
      new EtisError({ code, kind: entry.kind, retryable: entry.retryable ?? false, message: entry.message(...args), ...reason });
    const factory = Object.assign((...args: unknown[]) => because({}, ...args), { code, because });
    return [name, factory] as const;
  });
  return Object.fromEntries(factories) as unknown as Catalogue<Entries>;
}

/** The text of anything that was thrown, for a log or a record; never empty. */
export function errorText(error: unknown): string {
  try {
    if (error instanceof Error) return error.message || error.name;
    return String(error) || 'an error without a message';
  } catch {
    // An object without a prototype, or with a toString that throws, can be thrown like anything else.
    return 'something was thrown that has no text';
  }
}

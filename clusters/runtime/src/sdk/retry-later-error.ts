/** Another attempt is worth it, but not before a time that is known: a limit of another system, for example, that said `Retry-After`. */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError';
  /** In milliseconds; the platform waits 24 hours at most. */
  readonly afterMs: number;
  constructor(message: string, afterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.afterMs = Number.isFinite(afterMs) ? Math.max(0, afterMs) : 0;
  }
}

/** `throw retryLater('…', { afterMs: 30_000 })`: the attempt counts, and the next one comes after that time and not after the usual back-off. */
export function retryLater(message: string, options: ErrorOptions & { readonly afterMs: number }): RetryLaterError {
  return new RetryLaterError(message, options.afterMs, options);
}

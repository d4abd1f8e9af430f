/** What no retry can mend: a handler that throws it sends its entry to the dead letters at once. Everything else that is thrown is retried. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** `throw terminal('…')`. The message says what happened and what an operator can do; it is shown with the dead letter. */
export function terminal(message: string, options?: ErrorOptions): TerminalError {
  return new TerminalError(message, options);
}

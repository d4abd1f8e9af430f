/** A request to an address that a user supplied. */
export interface OutboundRequest {
  /** GET by default. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `host` and what frames the message are the client's own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
  /** How many redirects to follow, 0 to 3; 0 by default, and then a redirect is the answer. Each target is checked like the first. */
  readonly followRedirects?: 0 | 1 | 2 | 3;
  /**
   * Takes the body of a 2xx answer piece by piece, for what is too large to be held; each piece is awaited before the next is read. `body` is empty
   * then, and the body of any other answer is dropped. What it throws is the cause of AGENT_OUTBOUND_FAILED.
   */
  readonly sink?: (chunk: Buffer) => Promise<unknown>;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case; of a repeated header the values are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as sent, so still compressed where the sender compressed them. */
  readonly body: Buffer;
  /** The address that answered. */
  readonly url: string;
}

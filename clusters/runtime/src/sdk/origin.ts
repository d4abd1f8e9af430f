/**
 * What a job or an event is a consequence of. Plain JSON, so that a product can keep it with work that goes on over many events: what such work asks
 * for later is then part of the flow that began it, as far from its start as the first thing it asked for, and not of whichever event let it go on.
 */
export interface Origin {
  /** The event whose handling began it; null where a person's call did. */
  readonly event: string | null;
  readonly flow: string;
  readonly traceparent: string;
  readonly project: string | null;
  readonly region: string | null;
  /** How many events stand between it and the flow's first; what is asked for is one further. */
  readonly hop: number;
}

/** How long the transport waits before it draws its conclusions, in milliseconds. */
export interface Patience {
  /** A host that has not renewed its lock for this long counts as dead. Its batch is not given to another: the dispatcher counts the attempt. */
  readonly lockMs: number;
  /** How often the locks are looked at. */
  readonly stalledEveryMs: number;
  /** What no host has begun after this is taken back: none receives for the cluster, or all are busy. */
  readonly untakenMs: number;
}

export const defaultPatience: Patience = { lockMs: 5_000, stalledEveryMs: 2_000, untakenMs: 15_000 };

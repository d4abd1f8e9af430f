import type { ClusterId } from '@etis/contracts/tenancy';

/** A batch in its queue: who wants to know what comes of it, the batch as JSON, and the mark of both. */
export interface WireBatch {
  readonly replyTo: string;
  readonly text: string;
  readonly mark: string;
}

/** The queue of a cluster's batches. */
export function queueName(cluster: ClusterId): string {
  return `etis-lanes-${cluster}`;
}

/** The list of replies to one dispatcher, each as `<batch>:<mark>:<reply>`. It is forgotten when nobody has read it for `repliesLastMs`. */
export function repliesKey(owner: string): string {
  return `etis:replies:${owner}`;
}

export const repliesLastMs = 120_000;

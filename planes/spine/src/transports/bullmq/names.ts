import type { ClusterId } from '@etis/contracts/tenancy';
import type { BatchJson } from '../batch-json.ts';

/** A batch in its queue: who wants to know what comes of it, and the batch itself. */
export interface WireBatch {
  readonly replyTo: string;
  readonly batch: BatchJson;
}

/** The queue of a cluster's batches. */
export function queueName(cluster: ClusterId): string {
  return `etis-lanes-${cluster}`;
}

/** The list of replies to one dispatcher, each as `<batch>:<reply>`. It is forgotten when nobody has read it for `repliesLastMs`. */
export function repliesKey(owner: string): string {
  return `etis:replies:${owner}`;
}

export const repliesLastMs = 120_000;

import { resourceLimits, threadId } from 'node:worker_threads';
import { Type } from 'typebox';
import { defineJobKind } from '../runtime/job-kind.ts';

/** A kind with threads, memory and limits of its own. */
export const jobKind = defineJobKind({
  kind: 'heavy',
  schema: Type.Object({}),
  timeLimitMs: 30_000,
  memoryMb: 48,
  limits: { perTenant: { concurrent: 1 }, inAll: { rate: { count: 10, perMs: 1_000 } } },
  async run() {
    return { thread: threadId, memoryMb: resourceLimits.maxOldGenerationSizeMb };
  },
});

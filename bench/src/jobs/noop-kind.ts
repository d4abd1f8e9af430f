import { defineJobKind } from '@etis/workers';
import { Type } from 'typebox';

/** A kind that does nothing, for what it costs to do nothing in a worker thread. */
export const jobKind = defineJobKind({
  kind: 'bench',
  schema: Type.Object({ n: Type.Integer() }),
  timeLimitMs: 30_000,
  async run({ n }, { job }) {
    return { n, startedAt: performance.timeOrigin + performance.now(), job: job.id };
  },
});

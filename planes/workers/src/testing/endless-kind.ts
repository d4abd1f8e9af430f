import { Type } from 'typebox';
import { defineJobKind } from '../runtime/job-kind.ts';

/** A kind that never gives its thread back. */
export const jobKind = defineJobKind({
  kind: 'endless',
  schema: Type.Object({}),
  timeLimitMs: 300,
  async run() {
    for (;;) Math.random();
  },
});

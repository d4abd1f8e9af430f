import { Type } from 'typebox';
import { defineJobKind } from '../../runtime/job-kind.ts';

/** Does nothing: who asked for it wants to hear, by its report, that its time has come. */
export const jobKind = defineJobKind({
  kind: 'timer',
  schema: Type.Object({}, { additionalProperties: false }),
  timeLimitMs: 5_000,
  run: async () => null,
});

import { Type } from 'typebox';
import { defineJobKind } from '../../runtime/job-kind.ts';
import { runScript } from './run-script.ts';

/** Runs a tenant's script with its arguments. That it fails is a result as well: another attempt would end the same way. */
export const jobKind = defineJobKind({
  kind: 'script',
  schema: Type.Object(
    {
      code: Type.String({ maxLength: 32_768 }),
      arguments: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,39}$' }), Type.Unknown()),
    },
    { additionalProperties: false },
  ),
  timeLimitMs: 10_000,
  memoryMb: 128,
  run: ({ code, arguments: given }) => runScript(code, given),
});

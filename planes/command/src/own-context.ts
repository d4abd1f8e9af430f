import type { Context } from '@etis/contracts/context';
import type { Log } from '@etis/contracts/log';
import { traceIdOf, traceparentFrom } from '@etis/kernel';

/** The plane acting for itself. */
export function ownContext(log: Log): Context {
  return { actor: { kind: 'system', id: 'command' }, tenant: null, trace: traceIdOf(traceparentFrom(undefined)), log };
}

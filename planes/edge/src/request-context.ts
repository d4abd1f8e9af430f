import type { Actor } from '@etis/contracts/context';
import type { RequestContext } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import { traceIdOf, traceparentFrom } from '@etis/kernel';

/** The context of one request. Its log names the trace and is made only when something is logged, because most requests log nothing. */
export function createRequestContext(request: { actor: Actor; traceparent: string | undefined; log: Log }): RequestContext {
  const traceparent = traceparentFrom(request.traceparent);
  const trace = traceIdOf(traceparent);
  let log: Log | undefined;
  return {
    actor: request.actor,
    tenant: null,
    traceparent,
    trace,
    get log() {
      log ??= request.log.child({ trace });
      return log;
    },
  };
}

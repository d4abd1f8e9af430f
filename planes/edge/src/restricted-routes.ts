import { createThrottle } from '@etis/agent';
import type { Directives, DirectiveTarget } from '@etis/contracts/directives';
import type { Clock } from '@etis/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errors } from './errors.ts';

/** Seconds after which it is worth asking again while nobody knows when the directive ends. */
const askAgainS = 30;

/**
 * Refuses requests to every route that is registered after this call, unless it is exempt, as the directives in force say. Comes after the guard,
 * so that the reason is told only to those who may use the route.
 */
export function restrictRoutes(app: FastifyInstance, options: { directives: Directives; clock: Clock }): void {
  const { directives } = options;
  const throttle = createThrottle(directives, options.clock);

  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404 || request.routeOptions.config.directives?.exempt) return done();
    const target = targetOf(request);
    const verdict = directives.verdict(target);
    if (verdict === null) return done();
    if (verdict.verb === 'kill' || verdict.verb === 'pause') {
      reply.header('retry-after', askAgainS);
      throw errors.RESTRICTED(verdict.verb, verdict.reason);
    }
    const { granted, waitMs } = throttle.take(target, 1);
    if (granted === 0) {
      reply.header('retry-after', Math.max(1, Math.ceil(waitMs / 1_000)));
      throw errors.THROTTLED(verdict.reason);
    }
    done();
  });
}

/** The tenant that the request names in its path or query. */
function targetOf({ params, query }: FastifyRequest): DirectiveTarget {
  const tenant = textOf(params, 'tenant') ?? textOf(query, 'tenant');
  return tenant === undefined ? {} : { tenant };
}

function textOf(from: unknown, name: string): string | undefined {
  const value: unknown = typeof from === 'object' && from !== null ? (from as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

import type { Guard } from '@etis/contracts/access';
import type { Directives } from '@etis/contracts/directives';
import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import type { Meter } from '@etis/contracts/telemetry';
import type { Clock } from '@etis/kernel';
import { type FastifyInstance, fastify } from 'fastify';
import { answerClientError } from './client-errors.ts';
import { endEventStreams } from './event-streams.ts';
import { guardRoutes } from './guarded-routes.ts';
import { answerWithProblems, replyWithError } from './problem-replies.ts';
import { restrictRoutes } from './restricted-routes.ts';
import { createRouteTable } from './route-table.ts';

/** What the listener bounds; times in milliseconds, sizes in bytes. */
const limits = {
  body: 1_048_576,
  headers: 16_384,
  pathParameter: 200,
  connections: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  silentConnectionTimeout: 60_000,
  keepAliveTimeout: 65_000,
} as const;

/** A Fastify instance with guard, problems, limits and routes, not listening yet. @throws EDGE_ROUTE_UNGUARDED for such a route. */
export async function createListener(options: {
  guard: Guard;
  directives: Directives;
  clock: Clock;
  meter: Meter;
  log: Log;
  modules: readonly RouteModule[];
  /** Whether an answer that is sent now is to be the last one on its connection. */
  closeConnections: () => boolean;
}): Promise<FastifyInstance> {
  const { guard, directives, clock, meter, log } = options;
  const routes = createRouteTable();
  const app = fastify({
    logger: false,
    bodyLimit: limits.body,
    requestTimeout: limits.requestTimeout,
    connectionTimeout: limits.silentConnectionTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
    http: { maxHeaderSize: limits.headers, headersTimeout: limits.headersTimeout, connectionsCheckingInterval: 2_000 },
    routerOptions: { maxParamLength: limits.pathParameter },
    // While stopping, a request on a connection that is already open is still answered, and its connection closed.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void replyWithError(error, { request, reply, log }),
  });
  app.server.maxConnections = limits.connections;

  app.addHook('onRequest', (_request, reply, done) => {
    if (options.closeConnections()) reply.header('connection', 'close');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const failed = reply.statusCode >= 500;
    // One that was refused before it had a context belongs to no trace.
    const traces = request.etis === undefined ? [] : [request.etis.traceparent];
    meter.work({ work: 'http', tenant: null, ms: reply.elapsedTime, failed, traces });
    done();
  });
  endEventStreams(app);
  guardRoutes(app, { guard, log, routes });
  restrictRoutes(app, { directives, clock });
  answerWithProblems(app, { log, routes });
  for (const module of options.modules) app.register(module.register, { prefix: module.prefix });
  await app.ready();
  return app;
}

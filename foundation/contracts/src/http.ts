import type { FastifyPluginAsync } from 'fastify';
import type { Permission } from './access.ts';
import type { Context } from './context.ts';

/** What every request handler finds as `request.etis`: who asks, in which trace. `tenant` is null; a handler that serves one tenant names it. */
export interface RequestContext extends Context {
  /** The sender's W3C `traceparent` where it is valid, otherwise a new one. Its trace id is `trace`. */
  readonly traceparent: string;
}

/** Marks a route that the guard lets everybody reach, with the reason why that is right. */
export interface PublicRoute {
  readonly public: string;
}

/** What a route says in its `config.permission`. A route that says nothing does not start. */
export type RoutePermission = Permission | PublicRoute;

/**
 * Routes that the edge mounts under `prefix` (for example `/hooks`; empty for the root). Handlers throw `EtisError` and leave it to the
 * edge to answer with a problem (RFC 9457).
 */
export interface RouteModule {
  readonly prefix: string;
  readonly register: FastifyPluginAsync;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: RoutePermission;
    /** Answers whatever the directives in force say, with the reason why that is right. Every other route is refused or slowed by them. */
    directives?: { readonly exempt: string };
  }
  interface FastifyRequest {
    etis: RequestContext;
  }
}

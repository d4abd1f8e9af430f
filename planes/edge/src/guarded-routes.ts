import { type Guard, type Permission, permissions } from '@etis/contracts/access';
import type { Actor } from '@etis/contracts/context';
import type { PublicRoute, RoutePermission } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errors } from './errors.ts';
import { createRequestContext } from './request-context.ts';
import type { RouteTable } from './route-table.ts';

const anonymous: Actor = { kind: 'anonymous', id: 'anonymous' };

/**
 * Puts the guard before every route that is registered after this call: a route without a declared permission does not start, and no
 * handler, body parser or hook of a route runs before the guard has allowed the request.
 */
export function guardRoutes(app: FastifyInstance, options: { guard: Guard; log: Log; routes: RouteTable }): void {
  app.decorateRequest('etis');

  app.addHook('onRoute', (route) => {
    const declared = route.config?.permission;
    if (!isPermission(declared) && !isPublic(declared)) throw errors.ROUTE_UNGUARDED(String(route.method), route.url);
    options.routes.add(route);
  });

  app.addHook('onRequest', (request, _reply, done) => {
    const declared = request.is404 ? null : (request.routeOptions.config.permission ?? null);
    // A public route ignores the Authorization header: it belongs to whoever the route serves, a webhook's sender for example.
    const actor = typeof declared === 'string' ? options.guard.authenticate(request.headers.authorization) : anonymous;
    request.etis = createRequestContext({ actor, traceparent: headerOf(request, 'traceparent'), log: options.log });
    if (typeof declared === 'string' && !options.guard.allows(actor, declared, null)) {
      throw actor.kind === 'anonymous' ? errors.UNAUTHENTICATED() : errors.FORBIDDEN(declared);
    }
    done();
  });
}

function isPermission(declared: RoutePermission | undefined): declared is Permission {
  return (permissions as readonly unknown[]).includes(declared);
}

function isPublic(declared: RoutePermission | undefined): declared is PublicRoute {
  return typeof declared === 'object' && declared !== null && typeof declared.public === 'string' && declared.public !== '';
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

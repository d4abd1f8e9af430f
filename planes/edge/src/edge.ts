import type { AddressInfo } from 'node:net';
import type { Guard } from '@etis/contracts/access';
import { type Directives, unrestricted } from '@etis/contracts/directives';
import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import { type Meter, unmetered } from '@etis/contracts/telemetry';
import { type Clock, type Service, systemClock } from '@etis/kernel';
import type { FastifyInstance } from 'fastify';
import { errors } from './errors.ts';
import { healthRoutes } from './health-routes.ts';
import { createListener } from './listener.ts';
import { createReadiness, type Readiness } from './readiness.ts';

/** The platform's one HTTP listener. */
export interface Edge extends Service {
  /** Where it listens, as a URL with the real port and no trailing slash. @throws EDGE_NOT_LISTENING before start and after stop. */
  address(): string;
  /**
   * Says on `/readyz` that no new requests should come, while it goes on answering those that do and closes each connection with its answer.
   * What comes before `stop` where others choose whom to send requests to.
   */
  drain(): void;
}

const stopWithinMs = 3_000;
const readyWithinMs = 2_000;

/**
 * One listener for `/healthz`, `/readyz` and the given route modules. Port 0 takes any free port. Errors leave as problems (RFC 9457), every
 * route is guarded, and every request carries `request.etis`.
 *
 * `start` rejects with EDGE_PORT_TAKEN, EDGE_PORT_FORBIDDEN or EDGE_ADDRESS_UNKNOWN where it cannot listen, and with EDGE_ROUTE_UNGUARDED for a
 * route without a permission. While a directive kills or pauses the platform, or the tenant that a request names, the request is answered with 503 and
 * Retry-After, and under a throttle with 429; a route that says so in `config.directives` is exempt. `stop` accepts nothing new, lets requests in flight finish for up to 3 s, then closes what is left.
 */
export function createEdge(options: {
  listen: { readonly host: string; readonly port: number };
  routes: readonly RouteModule[];
  ready: Readiness;
  guard: Guard;
  /** By default nothing is restricted. */
  directives?: Directives;
  clock?: Clock;
  /** Is told of every answer as `http`; by default nobody is. */
  meter?: Meter;
  log: Log;
}): Edge {
  const { listen, log } = options;
  let app: FastifyInstance | undefined;
  let starting: Promise<void> = Promise.resolve();
  let stopped: Promise<void> = Promise.resolve();
  let draining = false;

  const readiness = createReadiness({
    ready: async () => (draining ? [{ name: 'draining', ok: false }] : options.ready()),
    timeoutMs: readyWithinMs,
    onFailure: (reason) => log.warn({ reason }, 'the readiness checks themselves failed'),
  });

  async function start(): Promise<void> {
    draining = false;
    const modules = [healthRoutes(readiness), ...options.routes];
    const { guard, directives = unrestricted, clock = systemClock, meter = unmetered } = options;
    const listener = await createListener({ guard, directives, clock, meter, log, modules, closeConnections: () => draining });
    try {
      await listener.listen({ host: listen.host, port: listen.port });
    } catch (error) {
      await listener.close();
      throw listenFailure(error, listen);
    }
    app = listener;
  }

  async function stop(): Promise<void> {
    // A start that failed has told its own caller; here it only matters that it is over.
    await starting.catch(() => undefined);
    const listener = app;
    app = undefined;
    if (listener !== undefined) await close(listener);
  }

  return {
    name: 'edge',
    start() {
      starting = start();
      return starting;
    },
    stop() {
      stopped = Promise.all([stopped, stop()]).then(() => undefined);
      return stopped;
    },
    address() {
      const bound = app?.server.address() as AddressInfo | null | undefined;
      if (bound === null || bound === undefined) throw errors.NOT_LISTENING();
      return `http://${hostInUrl(listen.host)}:${bound.port}`;
    },
    drain() {
      draining = true;
    },
  };
}

async function close(app: FastifyInstance): Promise<void> {
  // A connection that was busy when closing began turns idle with its last answer; node would keep it for the whole keep-alive time.
  const idle = setInterval(() => app.server.closeIdleConnections(), 50);
  const force = setTimeout(() => app.server.closeAllConnections(), stopWithinMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(force);
  }
}

function listenFailure(error: unknown, listen: { host: string; port: number }): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return errors.PORT_TAKEN.because({ cause: error }, listen.port, listen.host);
  if (code === 'EACCES') return errors.PORT_FORBIDDEN.because({ cause: error }, listen.port, listen.host);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return errors.ADDRESS_UNKNOWN.because({ cause: error }, listen.host);
  return error;
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

import type { AddressInfo } from 'node:net';
import type { Acceptance, Delivery, Inbox } from '@etis/contracts/events';
import type { ConnectionView, Governance, GovernanceView } from '@etis/contracts/governance';
import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import type { SecretBinding, Secrets } from '@etis/contracts/secrets';
import { EtisError, silentLog, traceIdOf, traceparentFrom } from '@etis/kernel';
import { fastify } from 'fastify';

/** An inbox in memory that keeps what it was given and dedupes as the contract says. `fail` makes the next appends reject or hang. */
export interface FakeInbox extends Inbox {
  readonly kept: Delivery[];
  fail: (() => Promise<Acceptance>) | undefined;
}

export function fakeInbox(): FakeInbox {
  const kept: Delivery[] = [];
  return {
    kept,
    fail: undefined,
    async append(delivery) {
      if (this.fail !== undefined) return this.fail();
      const known = kept.find((other) => other.connection === delivery.connection && other.digest.equals(delivery.digest));
      if (known !== undefined) return { outcome: 'duplicate', id: known.id };
      kept.push(delivery);
      return { outcome: 'accepted', id: delivery.id };
    },
  };
}

/** A governance view of connections only; `set` replaces it by one with a higher version. */
export interface FakeGovernance extends Governance {
  set(connections: readonly ConnectionView[]): void;
}

export function fakeGovernance(connections: readonly ConnectionView[]): FakeGovernance {
  let view = viewOf(1, connections);
  return {
    current: () => view,
    subscribe: () => () => undefined,
    set(next) {
      view = viewOf(view.version + 1, next);
    },
  };
}

function viewOf(version: number, connections: readonly ConnectionView[]): GovernanceView {
  return {
    version,
    tenants: new Map(),
    clusters: new Map(),
    placements: [],
    connections: new Map(connections.map((connection) => [connection.id, connection])),
    resolver: [],
    subscriptions: [],
    configuration: new Map(),
  };
}

/** Secrets that are sealed by naming their binding, and count how often they are opened. */
export interface FakeSecrets extends Secrets {
  opened: number;
}

export function fakeSecrets(): FakeSecrets {
  return {
    opened: 0,
    seal: (plain, binding) => JSON.stringify([plain, place(binding)]),
    open(sealed, binding) {
      this.opened += 1;
      const [plain, bound] = JSON.parse(sealed) as [string, string];
      if (bound !== place(binding)) throw new Error('sealed for another place');
      return plain;
    },
  };
}

function place(binding: SecretBinding): string {
  return [binding.tenant, binding.table, binding.column, binding.row].join('/');
}

/** A log that remembers its lines. */
export function rememberingLog(): {
  readonly log: Log;
  readonly lines: { level: string; fields: Record<string, unknown>; message: string }[];
} {
  const lines: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  const write = (level: string) => (fields: object, message: string) => void lines.push({ level, fields: { ...fields }, message });
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => log };
  return { log, lines };
}

/** What the edge promises to routes, on a real listener: a context for each request, and errors as problems. */
export async function fakeEdge(routes: RouteModule): Promise<{ readonly url: string; close(): Promise<void> }> {
  const statusOf: Readonly<Record<string, number>> = {
    'not-found': 404,
    unauthenticated: 401,
    forbidden: 403,
    'too-large': 413,
    unavailable: 503,
  };
  const app = fastify({ forceCloseConnections: true });
  app.decorateRequest('etis');
  app.addHook('onRequest', (request, _reply, done) => {
    const traceparent = traceparentFrom(request.headers.traceparent as string | undefined);
    request.etis = {
      actor: { kind: 'anonymous', id: 'anonymous' },
      tenant: null,
      traceparent,
      trace: traceIdOf(traceparent),
      log: silentLog,
    };
    done();
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof EtisError ? (statusOf[error.kind] ?? 500) : (error.statusCode ?? 500);
    if (status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', 5);
    const problem = { status, code: error instanceof EtisError ? error.code : 'HTTP', detail: error.message };
    return reply.code(status).type('application/problem+json').send(JSON.stringify(problem));
  });
  await app.register(routes.register, { prefix: routes.prefix });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
}

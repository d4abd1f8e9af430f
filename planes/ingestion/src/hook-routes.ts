import type { ConnectionView, Governance } from '@etis/contracts/governance';
import type { RouteModule } from '@etis/contracts/http';
import { EtisError } from '@etis/kernel';
import type { FastifyInstance } from 'fastify';
import type { AcceptDelivery } from './accept-delivery.ts';
import { errors } from './errors.ts';
import type { Source } from './source.ts';

interface Destination {
  readonly connection: ConnectionView;
  readonly source: Source;
  /** As the sender wrote it. */
  readonly contentType: string | undefined;
}

/** Sees every delivery that did not end as accepted, with the address it came from. */
export type OnRefusal = (refusal: { error: unknown; connection: ConnectionView; address: string | undefined }) => void;

/** `POST /hooks/{connection}`: 202 with the delivery's id once it is durable, whatever its bytes mean. */
export function hookRoutes(deps: {
  governance: Governance;
  sources: ReadonlyMap<string, Source>;
  accept: AcceptDelivery;
  onUnknown: () => void;
  onRefusal: OnRefusal;
}): RouteModule {
  const bodyLimit = Math.max(...[...deps.sources.values()].map((source) => source.bodyLimitBytes));

  /** A connection that is unknown, switched off or of an unknown kind: the sender cannot tell which. */
  function destinationOf(id: string): Pick<Destination, 'connection' | 'source'> {
    const connection = deps.governance.current().connections.get(id);
    const source = connection === undefined ? undefined : deps.sources.get(connection.source);
    if (connection === undefined || source === undefined || !connection.enabled) {
      deps.onUnknown();
      throw errors.CONNECTION_UNKNOWN();
    }
    return { connection, source };
  }

  return {
    prefix: '/hooks',
    async register(app) {
      const destinations = new WeakMap<object, Destination>();
      takeRawBodies(app);

      app.post<{ Params: { connection: string } }>(
        '/:connection',
        {
          bodyLimit,
          config: { permission: { public: 'the sender proves itself by its signature over the body' } },
          // Before the body is read: nobody makes the platform read a megabyte for a connection that does not exist.
          onRequest(request, _reply, done) {
            const { headers } = request.raw;
            destinations.set(request, { ...destinationOf(request.params.connection), contentType: headers['content-type'] });
            // Bytes are bytes: a Content-Type that is not well-formed must not refuse a delivery that is signed right.
            headers['content-type'] = 'application/octet-stream';
            done();
          },
        },
        async (request, reply) => {
          const destination = destinations.get(request);
          if (destination === undefined) throw errors.CONNECTION_UNKNOWN();
          const { connection, source, contentType } = destination;
          const headers = { ...request.raw.headers, 'content-type': contentType };
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          try {
            const { id, outcome } = await deps.accept({ connection, source, headers, body, traceparent: request.etis.traceparent });
            return reply.code(202).send({ id, outcome });
          } catch (error) {
            deps.onRefusal({ error, connection, address: request.ip });
            if (error instanceof EtisError && error.kind === 'unauthenticated') reply.header('www-authenticate', 'Signature realm="hooks"');
            throw error;
          }
        },
      );
    },
  };
}

/** Every body as the bytes that came: not parsed, not decoded, not decompressed, because those bytes are what is signed. */
function takeRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

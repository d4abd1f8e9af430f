import type { ConnectionView, Governance } from '@etis/contracts/governance';
import type { RouteModule } from '@etis/contracts/http';
import { EtisError } from '@etis/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AcceptDelivery } from './accept-delivery.ts';
import type { ConnectionKeys } from './connection-keys.ts';
import { errors } from './errors.ts';
import type { Handshake, Source } from './source.ts';

interface Destination {
  readonly connection: ConnectionView;
  readonly source: Source;
  /** As the sender wrote it. */
  readonly contentType: string | undefined;
}

/** Sees every request to a connection that did not end as accepted or confirmed, with the address it came from. */
export type OnRefusal = (refusal: { error: unknown; connection: ConnectionView; address: string | undefined }) => void;

/**
 * `POST /hooks/{connection}`: 202 with the delivery's id once it is durable, whatever its bytes mean. `GET` and `OPTIONS` at the same address
 * are the handshakes of the sources that have one; 405 at the others.
 */
export function hookRoutes(deps: {
  governance: Governance;
  sources: ReadonlyMap<string, Source>;
  keys: ConnectionKeys;
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

  function takeDeliveries(app: FastifyInstance): void {
    const destinations = new WeakMap<object, Destination>();
    app.post<{ Params: { connection: string } }>(
      '/:connection',
      {
        bodyLimit,
        config: {
          permission: { public: 'the sender proves itself by its signature over the body, or by its token' },
          directives: { exempt: 'deliveries are accepted under every directive, up to a number of bytes that is kept here' },
        },
        // Before the body is read: nobody makes the platform read a megabyte for a connection that does not exist.
        onRequest(request, _reply, done) {
          const { headers } = request.raw;
          const destination = destinationOf(request.params.connection);
          const { bodyLimitBytes } = destination.source;
          if (Number(headers['content-length']) > bodyLimitBytes) throw errors.BODY_TOO_LARGE(bodyLimitBytes);
          destinations.set(request, { ...destination, contentType: headers['content-type'] });
          // Bytes are bytes: a Content-Type that is not well-formed must not refuse a delivery that is signed right.
          headers['content-type'] = 'application/octet-stream';
          done();
        },
      },
      async (request, reply) => {
        const destination = destinations.get(request);
        if (destination === undefined) throw errors.CONNECTION_UNKNOWN();
        const { connection, source, contentType } = destination;
        const { headers } = request.raw;
        headers['content-type'] = contentType;
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        try {
          const { id, outcome } = await deps.accept({ connection, source, headers, body, traceparent: request.etis.traceparent });
          return reply.code(202).send({ id, outcome });
        } catch (error) {
          deps.onRefusal({ error, connection, address: request.ip });
          if (error instanceof EtisError && error.kind === 'unauthenticated') {
            reply.header('www-authenticate', `${source.proof === 'bearer' ? 'Bearer' : 'Signature'} realm="hooks"`);
          }
          if (error instanceof EtisError && error.code === errors.INTAKE_FULL.code) reply.header('retry-after', 60);
          throw error;
        }
      },
    );
  }

  function answerHandshakes(app: FastifyInstance, method: Handshake['method']): void {
    app.route<{ Params: { connection: string }; Querystring: Record<string, unknown> }>({
      method,
      url: '/:connection',
      exposeHeadRoute: false,
      config: {
        permission: { public: 'the other system asks whether the address is meant before it has anything to sign' },
        directives: { exempt: 'a handshake that fails switches the hook off at the sender' },
      },
      handler: async (request, reply) => {
        const { connection, source } = destinationOf(request.params.connection);
        if (source.handshake?.method !== method) throw notAllowed(reply, source);
        const keys = deps.keys(connection, source);
        const answer = source.handshake.answer({ query: request.query, headers: request.raw.headers, keys });
        if (answer === null) throw refused(request, connection);
        return reply
          .code(answer.status)
          .headers({ ...answer.headers, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
          .type('text/plain; charset=utf-8')
          .send(answer.body);
      },
    });
  }

  function refused(request: FastifyRequest, connection: ConnectionView): EtisError {
    const error = errors.HANDSHAKE_REFUSED();
    deps.onRefusal({ error, connection, address: request.ip });
    return error;
  }

  return {
    prefix: '/hooks',
    async register(app) {
      takeRawBodies(app);
      takeDeliveries(app);
      answerHandshakes(app, 'GET');
      answerHandshakes(app, 'OPTIONS');
    },
  };
}

/** What the HTTP layer answers with 405; `Allow` names what this connection's source takes, which is less than what the route takes. */
function notAllowed(reply: FastifyReply, { handshake }: Source): Error {
  reply.header('allow', handshake === undefined ? 'POST' : `${handshake.method}, POST`);
  return Object.assign(new Error('this source does not take that method'), { statusCode: 405 });
}

/** Every body as the bytes that came: not parsed, not decoded, not decompressed, because those bytes are what is signed. */
function takeRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

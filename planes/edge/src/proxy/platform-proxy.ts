import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import { errorText, type Service } from '@etis/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import { problem } from '../problem.ts';
import { sendProblem } from '../problem-replies.ts';
import { passedOn, requestHeaders } from './forwarded-headers.ts';
import { createUpstreams } from './upstreams.ts';

/** Forwards the Platform API to the process that runs it. */
export interface PlatformProxy {
  readonly routes: RouteModule;
  /** Knows which upstream is ready; start it before the edge. */
  readonly service: Service;
}

/** Times in milliseconds. An event stream is silent for 15 s at most, which is when its heartbeat comes. */
const limits = { inFlight: 512, connections: 128, connectMs: 2_000, answerMs: 20_000, silenceMs: 60_000 } as const;

/** What says that nothing was listening, so that no part of the request was seen by anybody. */
const unreachable: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * `/api/*` of the platform processes at `origins` (`http://host:port`), and no other path of them. It asks for no credential, because the
 * platform does. Where none answers, requests get a problem with 503 or 502 and Retry-After; nothing is sent twice.
 */
export function createPlatformProxy(options: { origins: readonly string[]; log: Log }): PlatformProxy {
  const { log } = options;
  const upstreams = createUpstreams(options);
  let inFlight = 0;

  function forward(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = new URL(request.raw.url ?? '/', 'http://platform').pathname;
    // What resolves to another place than it was routed by is not of the API.
    if (!path.startsWith('/api/')) throw errors.ROUTE_UNKNOWN();
    return reply.from(path, {
      ...bodyOf(request),
      getUpstream: () => upstreams.next(),
      rewriteRequestHeaders: (_, headers) => requestHeaders(request, headers),
      rewriteHeaders: passedOn,
      retryDelay: () => null,
      onError: (_, { error }) => void refuse(reply, error),
    });
  }

  function refuse(reply: FastifyReply, error: unknown): FastifyReply {
    const cause = causeOf(error);
    log.warn({ reason: errorText(cause) }, 'a request to the platform process failed');
    reply.header('retry-after', 2);
    if (unreachable.has(codeOf(cause))) {
      const detail =
        'The platform process does not answer just now. Deliveries to /hooks are accepted all the same. Try again in a moment.';
      return sendProblem(reply, problem({ status: 503, code: 'EDGE_PLATFORM_UNREACHABLE', detail }));
    }
    const detail =
      'The platform process broke off or took too long, so it is not known whether the request was carried out. Look before you repeat a change.';
    return sendProblem(reply, problem({ status: 502, code: 'EDGE_PLATFORM_BROKE_OFF', detail }));
  }

  return {
    service: upstreams,
    routes: {
      prefix: '/api',
      async register(app) {
        const { default: replyFrom } = await import('@fastify/reply-from');
        await app.register(replyFrom, {
          disableCache: true,
          disableRequestLogging: true,
          destroyAgent: true,
          undici: {
            connections: limits.connections,
            pipelining: 1,
            // Said here, because the plugin's own default takes any certificate.
            connect: { timeout: limits.connectMs, rejectUnauthorized: true },
            headersTimeout: limits.answerMs,
            bodyTimeout: limits.silenceMs,
          },
        });
        app.removeAllContentTypeParsers();
        app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
        app.addHook('onRequest', (_request, reply, done) => {
          if (inFlight >= limits.inFlight) return done(errors.PROXY_FULL(limits.inFlight));
          inFlight += 1;
          reply.raw.once('close', () => {
            inFlight -= 1;
          });
          return done();
        });
        app.route({
          method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
          url: '/*',
          config: {
            permission: { public: 'the platform process behind it asks for the credential' },
            directives: { exempt: 'the platform process behind it knows which of its routes answer under every directive' },
          },
          handler: forward,
        });
      },
    },
  };
}

/** The body as it came: told to be no JSON of ours, so that it is not written anew. */
function bodyOf(request: FastifyRequest): { body?: Buffer | null; contentType?: string } {
  if (!Buffer.isBuffer(request.body)) return {};
  if (request.body.length === 0) return { body: null };
  return { body: request.body, contentType: request.headers['content-type'] ?? 'application/octet-stream' };
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

import type { Log } from '@etis/contracts/log';
import { EtisError } from '@etis/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from './errors.ts';
import { answerTo, type Problem, refusal } from './problem.ts';
import type { RouteTable } from './route-table.ts';

/** Answers with a problem, and never lets anybody keep it. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  // A string payload, because a route's response schema for this status would drop members.
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer((payload: unknown) => payload as string)
    .send(JSON.stringify(problem));
}

/** Answers to whatever was thrown; logs what nobody foresaw, with its trace. */
export function replyWithError(error: unknown, context: { request: FastifyRequest; reply: FastifyReply; log: Log }): FastifyReply {
  const { request, reply } = context;
  const { problem, retryAfter } = answerTo(error);
  const log = request.etis?.log ?? context.log;
  const facts = { err: error, code: problem.code, method: request.method, route: request.routeOptions.url ?? null };
  if (problem.status === 500) log.error(facts, 'a request failed');
  else log.debug(error instanceof EtisError ? { ...facts, internal: error.internal } : facts, 'a request was refused');

  if (problem.status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer realm="etis"');
  if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter);
  const instance = request.etis === undefined ? {} : { instance: `urn:etis:trace:${request.etis.trace}` };
  return sendProblem(reply, { ...problem, ...instance });
}

/** Makes every error of the listener a problem: those of handlers, of the HTTP layer, and of addresses that nobody serves. */
export function answerWithProblems(app: FastifyInstance, options: { log: Log; routes: RouteTable }): void {
  app.setErrorHandler((error, request, reply) => replyWithError(error, { request, reply, log: options.log }));
  app.setNotFoundHandler((request, reply) => {
    const methods = options.routes.methodsAt(request.url);
    const notAllowed = refusal(405);
    if (methods.length === 0 || notAllowed === null) throw errors.ROUTE_UNKNOWN();
    reply.header('allow', methods.join(', '));
    return sendProblem(reply, { ...notAllowed, instance: `urn:etis:trace:${request.etis.trace}` });
  });
}

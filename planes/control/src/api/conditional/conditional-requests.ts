import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors, invalidInput } from '../../errors.ts';
import type { Expectation } from '../../expectation.ts';
import { etagOf, readEntityTags } from './etag.ts';

/** Gives the reply its ETag and returns the content. */
export function tagged<T>(reply: FastifyReply, content: T): T {
  reply.header('etag', etagOf(content));
  return content;
}

/**
 * What `If-Match` and `If-None-Match: *` want to be so before a write; undefined where the request says neither.
 * The expectation throws CONTROL_PRECONDITION_FAILED. @throws CONTROL_INPUT_INVALID for a header that cannot be read
 */
export function expectationOf<T>(request: FastifyRequest): Expectation<T> | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match === undefined && noneMatch === undefined) return undefined;
  // RFC 9110, 13.1.1: weak tags never match here.
  const wanted = match === undefined ? undefined : tagsOf('If-Match', match);
  if (noneMatch !== undefined && noneMatch.trim() !== '*') throw invalidInput('If-None-Match', 'for a write it can only be *');
  return (current) => {
    const there = current !== null;
    if (noneMatch !== undefined && there) throw errors.PRECONDITION_FAILED();
    if (wanted !== undefined && (!there || (wanted !== '*' && !wanted.includes(etagOf(current))))) throw errors.PRECONDITION_FAILED();
  };
}

/** Answers 304 to a GET whose `If-None-Match` names what would be sent. */
export function answerNotModified(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.headers['if-none-match'] === undefined || !isKnown(request, reply)) {
      done(null, payload);
      return;
    }
    reply.code(304).removeHeader('content-length').removeHeader('content-type');
    done(null, null);
  });
}

function isKnown({ method, headers }: FastifyRequest, reply: FastifyReply): boolean {
  const tag = reply.getHeader('etag');
  if (typeof tag !== 'string' || reply.statusCode !== 200 || (method !== 'GET' && method !== 'HEAD')) return false;
  const known = readEntityTags(headers['if-none-match'] ?? '');
  // RFC 9110, 13.1.2: the comparison is weak; a header that cannot be read asks for nothing.
  return known === '*' || (known?.some((candidate) => candidate.replace(/^W\//, '') === tag) ?? false);
}

function tagsOf(name: string, header: string): '*' | readonly string[] {
  const tags = readEntityTags(header);
  if (tags === null) throw invalidInput(name, 'it is * or a list of entity tags in double quotes');
  return tags;
}

import { type Members, membersOf } from '../json.ts';
import type { CompileContext } from './compile-context.ts';
import type { Action } from './task.ts';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Compiles `call: http` and `call: ask`, which asks a person. */
export function compileCall(own: Members, context: CompileContext): Action {
  const inner = context.at(`call ${String(own.call).slice(0, 40)}`);
  if (own.call === 'http') return compileHttp(own.with, inner);
  if (own.call !== 'ask') return inner.refuse('only http and ask can be called');
  const question = inner.only(own.with, ['channel', 'number', 'to', 'text', 'subject', 'options']);
  if (question.channel !== 'whatsapp' && question.channel !== 'email') inner.refuse('"channel" is neither whatsapp nor email');
  if (question.text === undefined || question.to === undefined) inner.refuse('"to" or "text" is missing');
  return { kind: 'ask', question: inner.template(question) ?? inner.refuse('it asks nothing') };
}

function compileHttp(given: unknown, context: CompileContext): Action {
  const request = context.only(given, ['method', 'endpoint', 'headers', 'body', 'query', 'output']);
  const { method, endpoint, output = 'content' } = request;
  if (typeof method !== 'string' || !methods.has(method.toUpperCase())) context.refuse(`"method" is not one of ${[...methods].join(', ')}`);
  // Authentication by the definition's own policies would put secrets into it.
  const uri = typeof endpoint === 'string' ? endpoint : context.at('endpoint').only(endpoint, ['uri']).uri;
  if (typeof uri !== 'string') return context.refuse('"endpoint" is not an address');
  if (output !== 'content' && output !== 'response') context.refuse('"output" is neither content nor response');
  const { headers, body, query } = membersOf(request);
  const template = context.template({
    method: String(method).toUpperCase(),
    uri,
    headers: headers ?? {},
    query: query ?? {},
    body: body ?? null,
  });
  return {
    kind: 'http',
    request: template ?? context.refuse('it requests nothing'),
    output: output === 'response' ? 'response' : 'content',
  };
}

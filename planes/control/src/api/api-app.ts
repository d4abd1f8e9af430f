import type { TenantContext } from '@etis/contracts/context';
import type { RequestContext } from '@etis/contracts/http';
import type { TenantId } from '@etis/contracts/tenancy';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';

/** The listener as the API's routes see it: what a handler gets and gives has the type of its schema. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** A request's context for the tenant that its path names. Its log is still made only when something is logged. */
export function forTenant(etis: RequestContext, tenant: TenantId): TenantContext {
  return {
    actor: etis.actor,
    trace: etis.trace,
    tenant,
    get log() {
      return etis.log;
    },
  };
}

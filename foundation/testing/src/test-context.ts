import type { Context, TenantContext } from '@etis/contracts/context';
import type { TenantId } from '@etis/contracts/tenancy';
import { silentLog, traceIdOf, traceparentFrom } from '@etis/kernel';

/** A context for code under test: the system as actor, a trace of its own, a log that says nothing. With a tenant it is a `TenantContext`. */
export function testContext(overrides: Partial<Context> & { tenant: TenantId }): TenantContext;
export function testContext(overrides?: Partial<Context>): Context;
export function testContext(overrides: Partial<Context> = {}): Context {
  return {
    actor: { kind: 'system', id: 'test' },
    tenant: null,
    trace: traceIdOf(traceparentFrom(undefined)),
    log: silentLog,
    ...overrides,
  };
}

import type { DirectiveScope } from '@etis/contracts/directives';
import { type SubscriberIdentity, subscriberKinds } from '@etis/contracts/link';
import { describe, expect, it } from 'vitest';
import { concernsSubscriber } from './concerns.ts';
import { breakGlass, restriction, resume } from './directives-under-test.ts';

const identity = (kind: SubscriberIdentity['kind'], scope: string | null = null): SubscriberIdentity => ({
  id: `${kind}.node-1`,
  kind,
  scope,
});

function kindsOf(scope: DirectiveScope): readonly string[] {
  return subscriberKinds.filter((kind) => concernsSubscriber(restriction({ scope }), identity(kind), 'all'));
}

describe('a directive concerns', () => {
  it.each<[string, DirectiveScope, readonly string[]]>([
    ['everybody where it is about the platform', {}, subscriberKinds],
    ['everybody where it is about a tenant', { tenant: 'acme' }, subscriberKinds],
    ['who delivers and who handles where it is about a product', { product: 'nudge' }, ['dispatcher', 'cluster', 'worker']],
    ['who takes and who routes where it is about a connection', { connection: 'acc' }, ['ingestion', 'router']],
    ['workers where it is about a kind of job', { kind: 'email' }, ['worker']],
    ['everybody where it is about a feature', { feature: 'new-editor', tenant: 'acme' }, subscriberKinds],
    ['nobody where no part can tell all of it apart', { connection: 'acc', kind: 'email' }, []],
  ])('%s', (_case, scope, kinds) => {
    expect(kindsOf(scope)).toEqual(kinds);
  });

  it('one cluster only where it names one', () => {
    const directive = restriction({ scope: { cluster: 'nudge-standard' } });
    expect(concernsSubscriber(directive, identity('cluster', 'nudge-standard'), 'all')).toBe(true);
    expect(concernsSubscriber(directive, identity('cluster', 'pulse-standard'), 'all')).toBe(false);
    expect(concernsSubscriber(directive, identity('dispatcher'), 'all')).toBe(true);
  });

  it('workers that run the kind only', () => {
    const directive = restriction({ scope: { kind: 'email' } });
    expect(concernsSubscriber(directive, identity('worker', 'email,whatsapp'), 'all')).toBe(true);
    expect(concernsSubscriber(directive, identity('worker', 'document'), 'all')).toBe(false);
  });

  it('nobody who must not know of its tenant', () => {
    const directive = restriction({ scope: { tenant: 'acme' } });
    expect(concernsSubscriber(directive, identity('cluster', 'nudge-standard'), new Set(['bolt']))).toBe(false);
    expect(concernsSubscriber(directive, identity('cluster', 'nudge-standard'), new Set(['acme']))).toBe(true);
  });

  it('its target alone where it is break-glass, and everybody where it is a resume', () => {
    const order = breakGlass({ breakGlass: { target: 'worker.node-1', nonce: 'nonce-nonce-nonce' } });
    expect(concernsSubscriber(order, identity('worker'), 'all')).toBe(true);
    expect(concernsSubscriber(order, identity('router'), 'all')).toBe(false);
    expect(concernsSubscriber(resume([order.id]), identity('router'), new Set())).toBe(true);
  });
});

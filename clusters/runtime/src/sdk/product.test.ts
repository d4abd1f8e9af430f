import { clusterDomain, createClusterHost } from '@etis/runtime';
import { defineProduct, EtisError, type Handler, operation, schema, TerminalError, terminal } from '@etis/runtime/sdk';
import { describe, expect, it } from 'vitest';
import { handlerFor } from './product.ts';

const nothing: Handler = async () => {};
const migrations = new URL('../../fixtures/migrations/', import.meta.url);
const plain = { id: 'pulse', title: 'Pulse', migrations, handlers: { 'a.*': nothing } };

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof EtisError ? error.code : String(error);
  }
  return undefined;
}

describe('defineProduct', () => {
  it('subscribes to what it has handlers for', () => {
    const product = defineProduct({ ...plain, handlers: { 'b.c': nothing, 'a.*': nothing } });
    expect(product.subscriptions).toEqual(['a.*', 'b.c']);
    expect(product.settings.handlerDeadlineMs).toBe(30_000);
    expect(Object.isFrozen(product)).toBe(true);
  });

  it('says the conditions of its handlers, and runs them as any other', () => {
    const big = async () => {};
    const product = defineProduct({ ...plain, handlers: { 'a.*': { when: 'event.data.size > 1000', handle: big }, 'b.c': nothing } });
    expect(product.subscriptions).toEqual(['a.*', 'b.c']);
    expect(product.filters).toEqual({ 'a.*': 'event.data.size > 1000' });
    expect(handlerFor(product, 'a.b')).toBe(big);
    expect(defineProduct(plain).filters).toEqual({});
  });

  it('says what is wrong with a condition, and of which handler', () => {
    const handlers = { 'a.*': { when: 'event.nothing == 1', handle: nothing } };
    expect(() => defineProduct({ ...plain, handlers })).toThrow(
      expect.objectContaining({ code: 'RUNTIME_PRODUCT_INVALID', message: expect.stringMatching(/"a\.\*".*nothing, at character 7/) }),
    );
  });

  it('runs the most specific handler', () => {
    const handlers = { '*': nothing, 'a.*': async () => {}, 'a.b.*': async () => {}, 'a.b.c': async () => {} };
    const product = defineProduct({ ...plain, handlers });
    expect(handlerFor(product, 'a.b.c')).toBe(handlers['a.b.c']);
    expect(handlerFor(product, 'a.b.d')).toBe(handlers['a.b.*']);
    expect(handlerFor(product, 'a.x')).toBe(handlers['a.*']);
    expect(handlerFor(product, 'constructor')).toBe(nothing);
    expect(handlerFor(defineProduct(plain), 'constructor')).toBeUndefined();
  });

  it.each([
    ['an id', { id: 'Pulse' }],
    ['a long id', { id: 'p'.repeat(41) }],
    ['an empty title', { title: ' ' }],
    ['a folder without a slash', { migrations: new URL('file:///tmp/x') }],
    ['a folder elsewhere', { migrations: new URL('https://example.com/x/') }],
    ['a pattern', { handlers: { 'a*': nothing } }],
    ['an operation name', { operations: { 'Rules Set': operation({ run: async () => 1 }) } }],
    ['a deadline of nothing', { settings: { handlerDeadlineMs: 0 } }],
    ['a deadline past the limit', { settings: { handlerDeadlineMs: 30_001 } }],
  ])('refuses %s that is not of its form', (_, wrong) => {
    expect(codeOf(() => defineProduct({ ...plain, ...wrong }))).toBe('RUNTIME_PRODUCT_INVALID');
  });

  it('gives each cluster a domain of its own, the runtime before the product', () => {
    const domain = clusterDomain({ id: 'pulse-standard', product: 'pulse', tier: 'standard' }, defineProduct(plain));
    expect(domain).toMatchObject({
      name: 'pulse_standard',
      roles: { tenant: 'etis_cluster_pulse_standard', system: 'etis_cluster_pulse_standard' },
    });
    expect(domain.migrations.map((url) => url.pathname.split('/').slice(-3).join('/'))).toEqual([
      'runtime/migrations/',
      'fixtures/migrations/',
    ]);
  });

  it('does not run on a cluster of another product', () => {
    const cluster = { id: 'code-standard', product: 'code', tier: 'standard' } as const;
    expect(codeOf(() => clusterDomain(cluster, defineProduct(plain)))).toBe('RUNTIME_CLUSTER_FOREIGN');
    const parts = { cluster, product: defineProduct(plain) } as unknown as Parameters<typeof createClusterHost>[0];
    expect(codeOf(() => createClusterHost(parts))).toBe('RUNTIME_CLUSTER_FOREIGN');
  });
});

describe('operation', () => {
  const add = operation({
    schema: schema.Object(
      { name: schema.String({ maxLength: 3 }), count: schema.Optional(schema.Integer()) },
      { additionalProperties: false },
    ),
    run: async ({ name, count = 1 }) => name.repeat(count),
  });

  it('takes what its schema describes', () => {
    expect(add.parse({ name: 'ab', count: 2 })).toEqual({ name: 'ab', count: 2 });
  });

  it.each([undefined, null, 'x', [], {}, { name: 'long' }, { name: 1 }, { name: 'a', count: 1.5 }, { name: 'a', extra: 1 }])(
    'refuses %j',
    (input) => {
      expect(codeOf(() => add.parse(input))).toBe('RUNTIME_INPUT_INVALID');
    },
  );

  it('says which field is wrong and why, in few words', () => {
    const tell = () => add.parse({ name: 'a', count: 'x'.repeat(10_000) });
    expect(tell).toThrow(/^The input is not valid: \/count must be integer\.$/);
  });

  it('takes nothing where it has no schema', () => {
    const list = operation({ run: async () => [] });
    expect(list.parse(undefined)).toBeUndefined();
    expect(codeOf(() => list.parse({}))).toBe('RUNTIME_INPUT_INVALID');
  });
});

describe('terminal', () => {
  it('makes an error that is told apart by type', () => {
    const cause = new Error('why');
    const error = terminal('This document has no owner. Give it one and redrive.', { cause });
    expect(error).toBeInstanceOf(TerminalError);
    expect(error).toMatchObject({ name: 'TerminalError', message: 'This document has no owner. Give it one and redrive.', cause });
  });
});

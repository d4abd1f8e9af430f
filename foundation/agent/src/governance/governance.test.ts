import type { GovernanceView, ResolverEntry } from '@etis/contracts/governance';
import { silentLog } from '@etis/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGovernanceStore, createResolver, emptyView, isPlacedOn, subscribedPlacements, subscribers } from '../index.ts';

function view(parts: Partial<GovernanceView> & { version: number }): GovernanceView {
  return { ...emptyView, ...parts };
}

describe('the governance store', () => {
  it('starts with nothing and version 0, or with the view that it is given', () => {
    expect(createGovernanceStore({ log: silentLog }).governance.current()).toMatchObject({ version: 0, placements: [] });
    const started = createGovernanceStore({ log: silentLog, initial: view({ version: 7 }) });
    expect(started.governance.current().version).toBe(7);
    expect(() => started.publish(view({ version: 7 }))).toThrow();
  });

  it('refuses an older or equal version and keeps the current one', () => {
    const { governance, publish } = createGovernanceStore({ log: silentLog });
    publish(view({ version: 3 }));
    for (const version of [3, 2, 0, -1, 3.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => publish(view({ version }))).toThrow(expect.objectContaining({ code: 'AGENT_GOVERNANCE_STALE', kind: 'conflict' }));
    }
    expect(governance.current().version).toBe(3);
  });

  it('only ever moves forward, whatever is published', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (versions) => {
        const { governance, publish } = createGovernanceStore({ log: silentLog });
        const seen: number[] = [];
        governance.subscribe(({ version }) => seen.push(version));
        for (const version of versions) {
          try {
            publish(view({ version }));
          } catch {
            // refused, which is what the assertions below rely on
          }
        }
        expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
        expect(governance.current().version).toBe(Math.max(0, ...versions));
      }),
    );
  });

  it('calls every subscriber after a change, also when one throws, until it is told to stop', () => {
    const logged: object[] = [];
    const log = { ...silentLog, error: (fields: object) => void logged.push(fields) };
    const { governance, publish } = createGovernanceStore({ log });
    const seen: string[] = [];
    governance.subscribe(() => {
      throw new Error('broken');
    });
    const stop = governance.subscribe(({ version }) => seen.push(`a${version}`));
    governance.subscribe(({ version }) => seen.push(`b${version}:${governance.current().version}`));
    publish(view({ version: 1 }));
    stop();
    stop();
    publish(view({ version: 2 }));
    expect(seen).toEqual(['a1', 'b1:1', 'b2:2']);
    expect(logged).toHaveLength(2);
  });

  it('counts a callback that subscribed twice as two, and lets one stop itself while it is called', () => {
    const { governance, publish } = createGovernanceStore({ log: silentLog });
    let calls = 0;
    const callback = () => {
      calls += 1;
    };
    const stop = governance.subscribe(callback);
    governance.subscribe(callback);
    const once = governance.subscribe(() => once());
    publish(view({ version: 1 }));
    stop();
    publish(view({ version: 2 }));
    expect(calls).toBe(3);
  });

  it('holds a copy that nobody can change', () => {
    const tenants = new Map([['acme', { id: 'acme', name: 'Acme', status: 'active' as const }]]);
    const { governance, publish } = createGovernanceStore({ log: silentLog });
    publish(view({ version: 1, tenants }));
    tenants.clear();
    const current = governance.current();
    expect(current.tenants.get('acme')?.name).toBe('Acme');
    const hostile = current as unknown as { version: number; tenants: Map<string, { name: string }>; placements: unknown[] };
    expect(() => hostile.tenants.set('b', { name: 'B' })).toThrow(TypeError);
    expect(() => hostile.tenants.delete('acme')).toThrow(TypeError);
    expect(() => hostile.tenants.clear()).toThrow(TypeError);
    expect(() => hostile.placements.push('x')).toThrow(TypeError);
    expect(() => Object.assign(hostile, { version: 9 })).toThrow(TypeError);
    expect(() => Object.assign(hostile.tenants.get('acme') ?? {}, { name: 'Other' })).toThrow(TypeError);
  });
});

describe('the resolver', () => {
  const entry = (system: string, kind: string, id: string, tenant: string): ResolverEntry => ({
    ref: { system, kind, id },
    tenant,
    project: null,
    region: null,
    product: null,
  });

  it('takes the first reference that has an entry', () => {
    const resolve = createResolver(
      view({ version: 1, resolver: [entry('autodesk', 'hub', 'h', 'acme'), entry('autodesk', 'project', 'p', 'beta')] }),
    );
    const ref = (kind: string, id: string) => ({ system: 'autodesk', kind, id });
    expect(resolve([ref('project', 'p'), ref('hub', 'h')])?.tenant).toBe('beta');
    expect(resolve([ref('project', 'other'), ref('hub', 'h')])?.tenant).toBe('acme');
    expect(resolve([ref('hub', 'p'), { system: 'whatsapp', kind: 'hub', id: 'h' }])).toBeNull();
    expect(resolve([])).toBeNull();
  });

  it('never takes one reference for another, however they are written', () => {
    const part = fc.string({ unit: fc.constantFrom('a', ':', '1', '\u0000', '/'), maxLength: 4 });
    const reference = fc.record({ system: part, kind: part, id: part });
    fc.assert(
      fc.property(reference, reference, (mapped, asked) => {
        const resolve = createResolver(
          view({ version: 1, resolver: [{ ref: mapped, tenant: 'acme', project: null, region: null, product: null }] }),
        );
        const same = mapped.system === asked.system && mapped.kind === asked.kind && mapped.id === asked.id;
        expect(resolve([asked]) !== null).toBe(same);
      }),
    );
  });

  it('is made once for the same entries', () => {
    const one = view({ version: 1, resolver: [entry('autodesk', 'hub', 'h', 'acme')] });
    expect(createResolver(one)).toBe(createResolver(view({ version: 2, resolver: one.resolver })));
    expect(createResolver(one)).not.toBe(createResolver(view({ version: 2, resolver: [entry('autodesk', 'hub', 'h', 'acme')] })));
  });
});

describe('subscriptions', () => {
  const governed = view({
    version: 1,
    subscriptions: [
      { product: 'nudge', types: ['document.*', 'document.version.added'] },
      { product: 'pulse', types: ['*'] },
      { product: 'code', types: ['issue.created'] },
    ],
    placements: [
      { tenant: 'acme', product: 'nudge', cluster: 'nudge-standard' },
      { tenant: 'acme', product: 'code', cluster: 'code-standard' },
      { tenant: 'beta', product: 'pulse', cluster: 'pulse-standard' },
    ],
  });

  it.each([
    ['document.version.added', ['nudge', 'pulse']],
    ['document.', ['nudge', 'pulse']],
    ['document', ['pulse']],
    ['documents.added', ['pulse']],
    ['issue.created', ['code', 'pulse']],
    ['issue.created.now', ['pulse']],
    ['', ['pulse']],
  ])('%s reaches %j', (type, products) => {
    expect([...subscribers(governed, type)].sort()).toEqual(products);
  });

  it("finds the tenant's placements whose product subscribed", () => {
    const clusters = (tenant: string, type: string) => subscribedPlacements(governed, { tenant, type }).map(({ cluster }) => cluster);
    expect(clusters('acme', 'document.version.added')).toEqual(['nudge-standard']);
    expect(clusters('acme', 'issue.created')).toEqual(['code-standard']);
    expect(clusters('beta', 'issue.created')).toEqual(['pulse-standard']);
    expect(clusters('acme', 'message.received')).toEqual([]);
    expect(clusters('nobody', 'document.version.added')).toEqual([]);
  });

  it('knows who is placed where', () => {
    expect(isPlacedOn(governed, 'acme', 'nudge-standard')).toBe(true);
    expect(isPlacedOn(governed, 'acme', 'pulse-standard')).toBe(false);
    expect(isPlacedOn(governed, 'nobody', 'nudge-standard')).toBe(false);
  });
});

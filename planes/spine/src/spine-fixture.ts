import { createHash } from 'node:crypto';
import { type Delivery, type NormalisedEvent, type SourceAdapter, SourceError } from '@etis/contracts/events';
import type { Governance, GovernanceView } from '@etis/contracts/governance';
import type { BatchOutcome, LaneBatch, Transport } from '@etis/contracts/lanes';
import { uuidv7 } from '@etis/kernel';

/** What the tests share: a small world of tenants, a source that speaks plain JSON, and a cluster that keeps its promises. */

export function fakeView(overrides: Partial<GovernanceView> = {}): GovernanceView {
  const tenants = ['acme', 'birch', 'cedar'];
  return {
    version: 1,
    tenants: new Map(tenants.map((id) => [id, { id, name: id, status: 'active' }])),
    clusters: new Map([
      ['nudge-standard', { id: 'nudge-standard', product: 'nudge', tier: 'standard' }],
      ['pulse-standard', { id: 'pulse-standard', product: 'pulse', tier: 'standard' }],
    ]),
    placements: [
      { tenant: 'acme', product: 'nudge', cluster: 'nudge-standard' },
      { tenant: 'acme', product: 'pulse', cluster: 'pulse-standard' },
      { tenant: 'birch', product: 'nudge', cluster: 'nudge-standard' },
      { tenant: 'cedar', product: 'nudge', cluster: 'nudge-standard' },
    ],
    connections: new Map([
      ['shared', { id: 'shared', source: 'plain', tenant: null, enabled: true, secrets: [] }],
      ['only-acme', { id: 'only-acme', source: 'plain', tenant: 'acme', enabled: true, secrets: [] }],
    ]),
    resolver: tenants.map((tenant) => ({
      ref: { system: 'plain', kind: 'site', id: `${tenant}-site` },
      tenant,
      project: `${tenant}-project`,
      region: 'eu',
      product: null,
    })),
    subscriptions: [
      { product: 'nudge', types: ['thing.*'] },
      { product: 'pulse', types: ['thing.counted'] },
    ],
    configuration: new Map(),
    ...overrides,
  };
}

export interface FakeGovernance extends Governance {
  change(view: GovernanceView): void;
}

export function fakeGovernance(initial: GovernanceView = fakeView()): FakeGovernance {
  let view = initial;
  const callbacks = new Set<(view: GovernanceView) => void>();
  return {
    current: () => view,
    subscribe(callback) {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    change(next) {
      view = next;
      for (const callback of callbacks) callback(next);
    },
  };
}

/** Reads `{ site?, type, subject?, time?, data? }` or a list of them; `{ "boom": … }` makes it throw something that is not even an error. */
export const plainAdapter: SourceAdapter = {
  kind: 'plain',
  keepHeaders: [],
  normalise({ body }) {
    const parsed = JSON.parse(body.toString('utf8')) as Record<string, unknown> | readonly Record<string, unknown>[];
    return [parsed].flat().map((one): NormalisedEvent => {
      const item = one as Record<string, unknown>;
      if ('boom' in item) throw item.boom;
      if (item.type === 'unheard') throw new SourceError('unknown-event', 'no word for unheard');
      return {
        type: item.type as string,
        source: '/plain',
        subject: (item.subject as string | undefined) ?? null,
        time: (item.time as string | undefined) ?? null,
        data: item.data ?? null,
        refs: typeof item.site === 'string' ? [{ system: 'plain', kind: 'site', id: item.site }] : [],
      };
    });
  },
};

export const adapters = new Map([[plainAdapter.kind, plainAdapter]]);

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A delivery of `body`, which is sent as JSON unless it is a text or bytes already. */
export function delivery(body: unknown, overrides: Partial<Delivery> = {}): Delivery {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    id: uuidv7(),
    connection: 'shared',
    source: 'plain',
    body: bytes,
    digest: createHash('sha256').update(bytes).digest(),
    headers: {},
    traceparent,
    receivedAt: new Date(),
    ...overrides,
  };
}

let serial = 0;

/** A delivery of one event that no other is equal to. */
export function thing(tenant: string, data: unknown = null, type = 'thing.added'): Delivery {
  serial += 1;
  return delivery({ site: `${tenant}-site`, type, subject: `thing ${serial}`, data });
}

/** A cluster that does each entry's effect once, whatever is delivered how often, and remembers in which order. */
export interface FakeCluster extends Transport {
  /** By lane, the subjects in the order of their effects. */
  readonly effects: ReadonlyMap<string, readonly string[]>;
  readonly batches: readonly LaneBatch[];
}

/**
 * `decide` may fail an entry by answering, or reject, which it may do before the effect (throw) or after it (`'crash-after'`).
 * Without it everything is handled.
 */
export function fakeCluster(
  decide: (
    entry: LaneBatch['entries'][number],
    batch: LaneBatch,
  ) => 'ok' | 'crash-after' | { error: string; retryable: boolean; retryAfterMs?: number } = () => 'ok',
): FakeCluster {
  const effects = new Map<string, string[]>();
  const handled = new Set<string>();
  const batches: LaneBatch[] = [];
  return {
    effects,
    batches,
    async deliver(batch): Promise<BatchOutcome> {
      batches.push(batch);
      await Promise.resolve();
      let count = 0;
      for (const entry of batch.entries) {
        const key = `${batch.lane} ${entry.position}`;
        if (handled.has(key)) continue;
        const decision = decide(entry, batch);
        if (typeof decision === 'object') return { handled: count, failed: { position: entry.position, ...decision } };
        handled.add(key);
        effects.set(batch.lane, [...(effects.get(batch.lane) ?? []), entry.event.subject ?? '']);
        count += 1;
        if (decision === 'crash-after') throw new Error('the line broke after the effect');
      }
      return { handled: count };
    },
  };
}

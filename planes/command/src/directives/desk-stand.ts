import { hash } from 'node:crypto';
import { emptyView } from '@etis/agent';
import type { BreakGlassDirective, Directive, Receipt } from '@etis/contracts/directives';
import type { LaneDepth } from '@etis/contracts/flow';
import type { GovernanceView } from '@etis/contracts/governance';
import type { SubscriberIdentity } from '@etis/contracts/link';
import type { Signed } from '@etis/contracts/snapshot';
import { silentLog } from '@etis/kernel';
import { createTestDatabase, type TestDatabase } from '@etis/testing';
import { commandDomain } from '../domain.ts';
import type { KnownSubscriber } from './blast-radius.ts';
import { createDirectiveDesk } from './directive-desk.ts';

export const now = Date.parse('2026-03-01T10:00:00.000Z');

function member(id: string, kind: SubscriberIdentity['kind'], given: Partial<KnownSubscriber> & { scope?: string } = {}): KnownSubscriber {
  const { scope = null, tenants = 'all', connected = true } = given;
  return { identity: { id, kind, scope }, tenants, connected };
}

const fleet: readonly KnownSubscriber[] = [
  member('cluster.nudge-standard.node-1', 'cluster', { scope: 'nudge-standard', tenants: new Set(['acme', 'bolt']) }),
  member('cluster.pulse-standard.node-1', 'cluster', { scope: 'pulse-standard', tenants: new Set(['acme']) }),
  member('dispatcher.node-1', 'dispatcher'),
  member('worker.node-1', 'worker', { connected: false }),
];

const view: GovernanceView = {
  ...emptyView,
  tenants: new Map(['acme', 'bolt'].map((id) => [id, { id, name: id, status: 'active' as const }])),
  clusters: new Map(
    ['nudge', 'pulse'].map((product) => [`${product}-standard`, { id: `${product}-standard`, product, tier: 'standard' as const }]),
  ),
  placements: [
    { tenant: 'acme', product: 'nudge', cluster: 'nudge-standard' },
    { tenant: 'acme', product: 'pulse', cluster: 'pulse-standard' },
    { tenant: 'bolt', product: 'nudge', cluster: 'nudge-standard' },
  ],
  connections: new Map([
    ['acc', { id: 'acc', source: 'autodesk', tenant: 'acme', enabled: true, secrets: [] }],
    ['shared', { id: 'shared', source: 'autodesk', tenant: null, enabled: true, secrets: [] }],
  ]),
};

function depth(tenant: string, product: string, waiting: number, parked = 0): LaneDepth {
  return { lane: `${tenant}/${product}`, tenant, product, waiting, parked, deadLetters: 0, cluster: null, heldBy: null, trouble: null };
}

/** Signs with a key that is nothing but a name, and counts on whoever it meets to believe it. */
export function signed(value: unknown, keyId = 'online-1'): Signed {
  const payload = JSON.stringify(value);
  return { payload, keyId, signature: hash('sha256', `${keyId} ${payload}`, 'hex') };
}

export interface DeskStand extends AsyncDisposable {
  readonly desk: ReturnType<typeof createDirectiveDesk>;
  readonly database: TestDatabase;
  readonly clock: { at: number };
  /** What was sent, and to whom. */
  readonly sent: { readonly directive: Directive; readonly to: readonly string[] }[];
  readonly changes: string[];
  /** Another desk on the same database. */
  another(): ReturnType<typeof createDirectiveDesk>;
  /** The epoch that directives are ordered in, or what stands in the way. */
  epoch: number | Error;
  audited(): Promise<readonly { action: string; target: string; reason: string | null; actor_id: string }[]>;
}

export async function startDesk(): Promise<DeskStand> {
  const database = await createTestDatabase({ domains: [commandDomain] });
  const clock = { at: now };
  const sent: { directive: Directive; to: readonly string[] }[] = [];
  const changes: string[] = [];
  const make = () =>
    createDirectiveDesk({
      db: database.db('command'),
      installation: 'under-test',
      async epoch() {
        if (stand.epoch instanceof Error) throw stand.epoch;
        return stand.epoch;
      },
      signer: { sign: (_purpose, value) => signed(value) },
      broadcast(one, concerns) {
        const to = fleet.filter(({ identity, tenants }) => concerns(identity, tenants)).map(({ identity }) => identity.id);
        sent.push({ directive: JSON.parse(one.payload) as Directive, to });
      },
      subscribers: async () => fleet,
      view: () => view,
      backlog: {
        lanes: async ({ tenant }) =>
          [depth('acme', 'nudge', 5, 1), depth('acme', 'pulse', 2), depth('bolt', 'nudge', 10)].filter(
            (one) => tenant === undefined || one.tenant === tenant,
          ),
        openJobs: async ({ tenant, kind }) => (tenant === undefined ? 40 : 4) / (kind === undefined ? 1 : 2),
      },
      openBreakGlass(one) {
        if (one.keyId !== 'operator-1') throw new Error('no operator signed it');
        return JSON.parse(one.payload) as BreakGlassDirective;
      },
      changed: (what) => changes.push(what),
      clock: { now: () => clock.at },
      log: silentLog,
    });
  const stand: DeskStand = {
    desk: make(),
    database,
    clock,
    sent,
    changes,
    another: make,
    epoch: 1,
    audited: () =>
      database.admin('command')(`select action, target, reason, actor_id from audit_entry where action like 'directive.%' order by id`),
    [Symbol.asyncDispose]: () => database.drop(),
  };
  return stand;
}

/** What a node says of a directive that it was sent. */
export function receiptOf(directive: Directive, subscriber: string, given: Partial<Receipt> = {}): Signed {
  const receipt: Receipt = {
    installation: 'under-test',
    directive: directive.id,
    digest: hash('sha256', JSON.stringify(directive), 'hex'),
    subscriber,
    outcome: 'applied',
    reason: null,
    effectiveAt: new Date(now).toISOString(),
    ...given,
  };
  return signed(receipt, subscriber);
}

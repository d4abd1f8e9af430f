import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGovernanceStore, createSecrets } from '@etis/agent';
import { type Control, controlDomain, createControl } from '@etis/control';
import { silentLog, systemClock } from '@etis/kernel';
import { createEmbeddedServer, type DomainDb, openDomain, prepare } from '@etis/postgres';
import { place } from './place.ts';

export const operator = { actor: { kind: 'operator', id: 'operator' }, tenant: null, trace: '0'.repeat(32), log: silentLog } as const;

const refused = () => Promise.reject(new Error('not benched'));
const nothing = async () => ({ items: [], next: null });

/** A control plane on an embedded PostgreSQL of its own, with one placement; the product's roles and grants are in force. */
export async function startStand(): Promise<{ control: Control; db: DomainDb; stop(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'etis-bench-'));
  // PostgreSQL runs as another user when this is run as root, and has to reach its folder in it.
  await chmod(home, 0o755);
  const server = createEmbeddedServer({ home, log: silentLog, notice: () => {} });
  await server.start();
  const access = await prepare({ admin: server.admin(), domains: [controlDomain], layout: 'each', log: silentLog });
  const db = openDomain({ domain: controlDomain, access, log: silentLog });
  const unused = async () => null;
  const control = createControl({
    db,
    secrets: createSecrets({ masterKey: Buffer.alloc(32, 1) }),
    spine: {
      flow: unused,
      events: nothing,
      unmatched: nothing,
      deadLetters: nothing,
      lanes: async () => [],
      jobs: nothing,
      job: unused,
      deliveries: nothing,
      event: unused,
      record: () => Promise.reject(new Error('not benched')),
    },
    operations: {
      redrive: async () => false,
      discard: async () => false,
      redriveAll: async () => ({ changed: 0, more: false }),
      replayUnmatched: unused,
      replayAllUnmatched: async () => ({ changed: 0, more: false }),
      cancelJob: async () => false,
      detachLane: async () => false,
      discardUnmatched: async () => false,
      discardAllUnmatched: async () => ({ changed: 0, more: false }),
      replays: { preview: refused, start: refused, list: nothing, show: async () => null, cancel: async () => false },
      eventRouting: { show: refused, choose: refused },
      schedules: { set: () => Promise.reject(new Error('not benched')), remove: async () => false, list: async () => [] },
    },
    sent: { list: nothing },
    command: {
      directives: { preview: refused, order: refused, resume: refused, report: refused, list: refused },
      fleet: { members: refused, invite: refused, revoke: refused },
      keys: { status: refused, rotate: refused, revoke: refused, certifyOperator: refused },
      audit: { list: refused, verify: refused, verification: refused },
      telemetry: { load: refused, history: refused, alerts: refused },
      recovery: { recover: refused },
    },
    sources: new Map(),
    publish: createGovernanceStore({ log: silentLog }).publish,
    log: silentLog,
    clock: systemClock,
    products: [{ id: place.product, title: 'Nudge', subscriptions: [] }],
    clusters: [{ id: place.cluster, product: place.product, tier: 'standard' }],
    facts: { version: '0', startedAt: 0, config: {}, evolution: async () => [], checks: async () => [] },
  });
  await control.start();
  await control.tenants.ensure(operator, { id: place.tenant, name: 'Bench' });
  await control.placements.ensure({ ...operator, tenant: place.tenant }, place);
  return {
    control,
    db,
    async stop() {
      await control.stop();
      await db.close();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

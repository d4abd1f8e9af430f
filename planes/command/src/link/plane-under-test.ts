import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDirectives,
  createGovernanceStore,
  createSecrets,
  createSigningKey,
  createSubscriber,
  createTrust,
  type DirectivesStore,
  emptyView,
  type GovernanceCopy,
  type SigningKey,
  type Subscriber,
} from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';
import type { SubscriberIdentity, Upward } from '@etis/contracts/link';
import type { GovernanceChange } from '@etis/contracts/snapshot';
import { type Clock, type Service, silentLog } from '@etis/kernel';
import { createTestDatabase, type TestDatabase } from '@etis/testing';
import { type CommandPlane, type CommandPlaneOptions, createCommandPlane } from '../command-plane.ts';
import { commandDomain } from '../domain.ts';

export const installation = 'under-test';

/** A subscriber with what it is governed by. */
export interface Governed {
  readonly subscriber: Subscriber;
  readonly directives: DirectivesStore;
  view(): GovernanceView;
  stop(): Promise<void>;
}

/** Platform processes on one database, and subscribers of theirs; everything is stopped in the end. */
export interface PlaneStand extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly clock: Clock & { at: number };
  readonly rootFile: string;
  /** What came over data connections. */
  readonly taken: { readonly subscriber: string; readonly message: Upward }[];
  plane(options?: Partial<CommandPlaneOptions>): Promise<CommandPlane>;
  /** A subscriber of a platform process, as a role of the same process is one. */
  subscribe(
    plane: CommandPlane,
    identity: SubscriberIdentity,
    options?: { key?: SigningKey; copy?: GovernanceCopy; connect?: CommandPlane['connect'] },
  ): Promise<Governed>;
}

export async function startStand(): Promise<PlaneStand> {
  const database = await createTestDatabase({ domains: [commandDomain] });
  const folder = await mkdtemp(join(tmpdir(), 'etis-plane-'));
  const secrets = createSecrets({ masterKey: randomBytes(32) });
  secrets.addDataKey(secrets.newDataKey(null));
  const clock = {
    at: 0,
    now() {
      return Date.now() + this.at;
    },
  };
  const running: Service[] = [];
  const taken: { subscriber: string; message: Upward }[] = [];
  const rootFile = join(folder, 'root.pem');

  return {
    database,
    clock,
    rootFile,
    taken,
    async plane(options = {}) {
      const plane = createCommandPlane({
        db: database.db('command'),
        ...{ secrets, installation, rootFile, clock, log: silentLog },
        listen: null,
        view: () => emptyView,
        backlog: { lanes: async () => [], openJobs: async () => 0 },
        data: async (message, subscriber) => void taken.push({ subscriber, message }),
        ...options,
      });
      running.push(plane);
      await plane.start();
      return plane;
    },
    async subscribe(plane, identity, { key = createSigningKey(), copy = null as GovernanceCopy | null, connect = plane.connect } = {}) {
      await plane.adopt([{ identity, publicKey: key.publicKey }]);
      const store = createGovernanceStore({ log: silentLog });
      const directives = createDirectives({ clock, log: silentLog });
      const trust = createTrust({ installation, root: plane.keys.root() });
      const subscriber = createSubscriber({
        credential: { identity, installation, key, trust },
        ...{ store, directives, vault: secrets, connect, copy, clock, log: silentLog },
      });
      running.push(subscriber);
      await subscriber.start();
      return { subscriber, directives, view: () => store.governance.current(), stop: () => subscriber.stop() };
    },
    async [Symbol.asyncDispose]() {
      for (const one of running.toReversed()) await one.stop();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** The governed state: tenants with their placements on clusters of the product nudge. */
export function governed(version: number, tenants: Readonly<Record<string, string | null>>, from: number | null = null): GovernanceChange {
  const clusters = [...new Set(Object.values(tenants).filter((cluster) => cluster !== null))];
  return {
    from,
    version,
    sections: {
      tenants: Object.fromEntries(
        Object.keys(tenants).map((id) => [id, tenants[id] === null ? null : { id, name: `${id} ${version}`, status: 'active' as const }]),
      ),
      clusters: Object.fromEntries(clusters.map((id) => [id, { id, product: 'nudge', tier: 'standard' as const }])),
      placements: Object.fromEntries(
        Object.entries(tenants).map(([tenant, cluster]) => [tenant, cluster === null ? null : [{ tenant, product: 'nudge', cluster }]]),
      ),
    },
  };
}

export const routing = (id = 'router.node-1'): SubscriberIdentity => ({ id, kind: 'router', scope: null });
export const clusterOf = (scope: string): SubscriberIdentity => ({ id: `cluster.${scope}.node-1`, kind: 'cluster', scope });

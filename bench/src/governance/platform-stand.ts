import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecrets } from '@etis/agent';
import { type CommandPlane, commandDomain, createCommandPlane } from '@etis/command';
import type { GovernanceView } from '@etis/contracts/governance';
import { type Control, controlDomain, createControl } from '@etis/control';
import { silentLog, systemClock } from '@etis/kernel';
import { type AdminAccess, createEmbeddedServer, openAdmin, openDomain, prepare } from '@etis/postgres';

export const installation = 'bench';
export const clusters = Array.from({ length: 10 }, (_, index) => `nudge-${index}`);

/** The control plane and the command plane with its link, on an embedded PostgreSQL, governing so many tenants. */
export interface PlatformStand {
  readonly control: Control;
  readonly plane: CommandPlane;
  readonly view: () => GovernanceView;
  /** How many receipts of a directive are kept. */
  receipts(directive: string): Promise<number>;
  /** Resolves with the next receipts that are kept. */
  nextReceipts(): Promise<void>;
  stop(): Promise<void>;
}

const nothing = async () => ({ items: [], next: null });
const refused = () => Promise.reject(new Error('not benched'));
const unused = async () => null;

export async function startPlatform({ tenants }: { tenants: number }): Promise<PlatformStand> {
  const home = await mkdtemp(join(tmpdir(), 'etis-bench-'));
  // PostgreSQL runs as another user when this is run as root, and has to reach its folder in it.
  await chmod(home, 0o755);
  const server = createEmbeddedServer({ home, log: silentLog, notice: () => {} });
  await server.start();
  const access = await prepare({ admin: server.admin(), domains: [controlDomain, commandDomain], layout: 'each', log: silentLog });
  const secrets = createSecrets({ masterKey: Buffer.alloc(32, 1) });
  const [controlDb, commandDb] = [controlDomain, commandDomain].map((domain) => openDomain({ domain, access, log: silentLog })) as [
    ReturnType<typeof openDomain>,
    ReturnType<typeof openDomain>,
  ];
  let view: GovernanceView | undefined;
  let kept = Promise.withResolvers<void>();
  const plane = createCommandPlane({
    db: commandDb,
    ...{ secrets, installation, rootFile: join(home, 'root-key.pem'), clock: systemClock, log: silentLog },
    listen: { host: '127.0.0.1', port: 0, urls: [] },
    view: () => {
      if (view === undefined) throw new Error('nothing is governed yet');
      return view;
    },
    backlog: { lanes: async () => [], openJobs: async () => 0 },
    data: async () => undefined,
    changed(what) {
      if (what !== 'receipt') return;
      kept.resolve();
      kept = Promise.withResolvers<void>();
    },
  });
  const control = createControl({
    db: controlDb,
    secrets,
    spine: {
      ...{ flow: unused, events: nothing, unmatched: nothing, deadLetters: nothing, lanes: async () => [] },
      ...{ jobs: nothing, job: unused, deliveries: nothing, event: unused, record: refused },
    },
    operations: {
      ...{ redrive: async () => false, discard: async () => false, cancelJob: async () => false, detachLane: async () => false },
      ...{ redriveAll: refused, replayUnmatched: unused, replayAllUnmatched: refused },
      ...{ discardUnmatched: async () => false, discardAllUnmatched: refused },
      replays: { preview: refused, start: refused, list: nothing, show: async () => null, cancel: async () => false },
      eventRouting: { show: refused, choose: refused },
      schedules: { set: refused, remove: async () => false, list: async () => [] },
    },
    sent: { list: nothing },
    command: {
      directives: plane.directives,
      fleet: plane.fleet,
      keys: plane.keys,
      audit: { list: refused, verify: refused, verification: refused },
      telemetry: { load: refused, history: refused, alerts: refused },
      recovery: { recover: refused },
    },
    sources: new Map(),
    feed: plane.feed,
    publish(fresh) {
      view = fresh;
    },
    log: silentLog,
    clock: systemClock,
    products: [{ id: 'nudge', title: 'Nudge', subscriptions: [] }],
    clusters: clusters.map((id) => ({ id, product: 'nudge', tier: 'standard' })),
    facts: { version: '0', startedAt: 0, config: {}, evolution: async () => [], checks: async () => [] },
  });
  await control.start();
  await fill({ ...server.admin(), database: access.databases[controlDomain.name] ?? '' }, tenants);
  await control.stop();
  await control.start();
  await plane.start();
  const admin = await openAdmin({ ...server.admin(), database: access.databases[commandDomain.name] ?? '' });
  return {
    control,
    plane,
    view: () => view as GovernanceView,
    async receipts(directive) {
      const [row] = await admin.query<{ count: number }>(
        'select count(*)::int as count from command.directive_receipt where directive_id = $1',
        [directive],
      );
      return row?.count ?? 0;
    },
    nextReceipts: () => kept.promise,
    async stop() {
      await plane.stop();
      await control.stop();
      await admin.close();
      await controlDb.close();
      await commandDb.close();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Tenants and their placements, as many years of operation would have left them. */
async function fill(admin: AdminAccess, tenants: number): Promise<void> {
  const session = await openAdmin(admin);
  await session.query('set search_path = control');
  await session.query(`insert into tenant (id, name) select 'tenant-' || n, 'Company ' || n from generate_series(1, $1::int) n`, [tenants]);
  await session.query(
    `insert into placement (tenant_id, product_id, cluster_id) select 'tenant-' || n, 'nudge', 'nudge-' || n % ${clusters.length} from generate_series(1, $1::int) n`,
    [tenants],
  );
  await session.close();
}

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetDeclaration, DatasetOutput, DatasetOutputs } from '@etis/contracts/datasets';
import { readConfig, silentLog } from '@etis/kernel';
import { createTestDatabase, parquetFile, type TestDatabase, testContext } from '@etis/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Node } from '../node/node.ts';
import { type RunningNode, startNode } from '../node/start-node.ts';
import { domains } from '../platform/domains.ts';
import type { Role } from './role.ts';
import { roleNames } from './role-names.ts';

const dataset = 'construction.issue_lead_times';
const column = (name: string, type: 'varchar' | 'timestamptz' | 'double') => ({ name, type, description: name, nullable: true });
const declaration: DatasetDeclaration = {
  ...{ name: dataset, title: 'Lead times', description: 'Issues', grain: 'an issue', key: ['tenant'], products: ['pulse'] },
  columns: [
    ...[column('tenant', 'varchar'), column('project', 'varchar'), column('status', 'varchar')],
    ...[column('opened_at', 'timestamptz'), column('lead_hours', 'double')],
  ],
};
const placed = { acme: 'pulse-standard', bolt: 'pulse-standard', crane: 'pulse-enterprise' } as const;

let database: TestDatabase;
let folder: string;
let running: RunningNode;
let node: Node | undefined;
const made: { output: DatasetOutput; bytes: Buffer }[] = [];

/** What transformation would have made. */
const outputs: DatasetOutputs = {
  declarations: [declaration],
  list: async (after, limit) =>
    made
      .map(({ output }) => output)
      .filter(({ position }) => position > after)
      .slice(0, limit),
  async *open(output, _, offset) {
    yield (made.find((one) => one.output.position === output.position)?.bytes ?? Buffer.alloc(0)).subarray(offset);
  },
};

const guest: Role = {
  domains: [],
  spine: null,
  async prepare(given) {
    node = given;
    given.outputs = outputs;
    for (const [tenant, cluster] of Object.entries(placed)) {
      const context = testContext({ tenant });
      await given.control?.tenants.ensure({ ...context, tenant: null }, { id: tenant, name: tenant });
      await given.control?.placements.ensure(context, { product: 'pulse', cluster });
    }
  },
};

beforeAll(async () => {
  database = await createTestDatabase({ domains });
  folder = await mkdtemp(join(tmpdir(), 'etis-delivery-'));
  running = await startNode({
    config: readConfig({ ETIS_HOME: folder, ETIS_PORT: '0' }, folder),
    choice: { roles: roleNames, clusters: null, kinds: null },
    guests: [guest],
    openAccess: async () => database.access,
    log: silentLog,
  });
});
afterAll(async () => {
  await running?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function make(tenant: string, hours: number): Promise<void> {
  const { bytes, rows, sha256 } = await parquetFile(
    `select '${tenant}' as tenant, '${tenant}-site' as project, 'open' as status, timestamptz '2026-06-01 00:00:00+00' as opened_at,
       ${hours}::double as lead_hours`,
  );
  const files = [{ name: 'part.parquet', rows, bytes: bytes.length, sha256 }];
  const position = BigInt(made.length + 1);
  made.push({ bytes, output: { position, dataset, tenant, madeAt: new Date().toISOString(), rows, files } });
}

const call = (tenant: keyof typeof placed, operation: string, input: unknown) =>
  node?.hosts.get(placed[tenant])?.call(testContext({ tenant }), operation, input) as Promise<Record<string, unknown>>;
const figure = (tenant: keyof typeof placed) => call(tenant, 'query.run', { dataset, measures: ['lead_time'], dimensions: ['project'] });
const soon = { timeout: 30_000, interval: 100 };

it('a dataset comes to the clusters of its tenants, is seen by each tenant alone, and raises its alert', async () => {
  const query = { dataset, measures: ['lead_time'] };
  await call('acme', 'thresholds.set', { id: 'slow', title: 'Slow', query, direction: 'above', raiseAt: 10 });
  await make('acme', 4);
  await make('bolt', 5);
  await make('crane', 6);
  await vi.waitFor(async () => expect(await figure('crane')).toMatchObject({ rows: [['crane-site', 6]] }), soon);
  await vi.waitFor(async () => expect(await figure('bolt')).toMatchObject({ rows: [['bolt-site', 5]] }), soon);
  expect(await figure('acme')).toMatchObject({ rows: [['acme-site', 4]], version: 1 });
  expect((await readdir(join(folder, 'datasets', 'pulse-standard'))).sort()).toEqual(['acme', 'bolt']);
  expect(await readdir(join(folder, 'datasets', 'pulse-enterprise'))).toEqual(['crane']);

  await make('acme', 12);
  await vi.waitFor(async () => expect((await call('acme', 'alerts.list', {}))['items']).toMatchObject([{ raisedValue: 12 }]), soon);
  const loaded = await database.admin('command')('select tenant, version::int as version from bundle_loaded order by tenant');
  await vi.waitFor(() => expect(loaded).toContainEqual({ tenant: 'acme', version: 4 }), soon);
  const events = await database.admin('spine')("select count(*)::int as count from event where type = 'dataset.published'");
  expect(events).toEqual([{ count: 4 }]);
});

it('is gone from a cluster that its tenant has left', async () => {
  await node?.control?.placements.remove(testContext({ tenant: 'bolt' }), 'pulse');
  await vi.waitFor(async () => expect(await readdir(join(folder, 'datasets', 'pulse-standard'))).toEqual(['acme']), soon);
  await expect(figure('bolt')).rejects.toMatchObject({ code: 'PULSE_DATASET_UNKNOWN' });
});

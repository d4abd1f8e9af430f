import { createHash } from 'node:crypto';
import { createSigningKey, emptyView, sign, verifySignature } from '@etis/agent';
import type { BundleManifest, ColumnType, DatasetDeclaration, DatasetOutput, DatasetOutputs } from '@etis/contracts/datasets';
import { silentLog } from '@etis/kernel';
import { createTestDatabase, parquetFile, type TestDatabase } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandDomain } from '../domain.ts';
import { createPublications, type Publications } from './publications.ts';

const key = createSigningKey();
const column = (name: string, type: ColumnType) => ({ name, type, description: name, nullable: true });
const declaration: DatasetDeclaration = {
  ...{ name: 'construction.issue_lead_times', title: 'Lead times', description: 'Issues', grain: 'an issue', key: ['tenant'] },
  ...{ products: ['pulse', 'code'], columns: [column('tenant', 'varchar'), column('hours', 'double')] },
};
const dataset = declaration.name;

let database: TestDatabase;
let made: { output: DatasetOutput; bytes: Buffer }[];
let placements: { tenant: string; product: string; cluster: string }[];
let publications: Publications;
beforeEach(async () => {
  database = await createTestDatabase({ domains: [commandDomain] });
  made = [];
  placements = [
    { tenant: 'acme', product: 'pulse', cluster: 'pulse-standard' },
    { tenant: 'bolt', product: 'pulse', cluster: 'pulse-standard' },
    { tenant: 'crane', product: 'pulse', cluster: 'pulse-enterprise' },
    { tenant: 'acme', product: 'code', cluster: 'code-standard' },
  ];
  publications = open();
});
afterEach(async () => {
  await database.drop();
});

function open(): Publications {
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
  const view = () => ({ ...emptyView, placements });
  const signer = { sign: (purpose: Parameters<typeof sign>[1], value: unknown) => sign(key, purpose, value) };
  return createPublications({
    db: database.db('command'),
    signer,
    installation: 'test',
    outputs,
    view,
    clock: { now: () => 0 },
    log: silentLog,
  });
}

/** An output as transformation leaves it, and what may be wrong with it. */
async function make(tenant: string, select: string, wrong: Partial<DatasetOutput> & { sha256?: string } = {}): Promise<Buffer> {
  const { bytes, rows, sha256: digest } = await parquetFile(select);
  const { sha256 = digest, ...rest } = wrong;
  const position = BigInt(made.length + 1);
  const files = [{ name: 'part.parquet', rows, bytes: bytes.length, sha256 }];
  made.push({ bytes, output: { position, dataset, tenant, madeAt: '2026-11-01T00:00:00.000Z', rows, files, ...rest } });
  return bytes;
}

const rowsOf = (tenant: string, count = 3) => `select '${tenant}' as tenant, i::double as hours from range(${count}) t(i)`;
const currentOf = async (cluster: string) =>
  (await publications.current(cluster)).map((signed) => {
    expect(verifySignature(key.publicKey, 'bundle', signed)).toBe(true);
    return JSON.parse(signed.payload) as BundleManifest;
  });
const namesOf = async (cluster: string) =>
  (await currentOf(cluster)).map(({ product, tenant, version, rows }) => `${product} ${tenant} ${version} ${rows}`);

describe('a publication', () => {
  it('is handed to the clusters where its tenant has the product, and to no other', async () => {
    for (const tenant of ['acme', 'bolt', 'crane', 'dune']) await make(tenant, rowsOf(tenant));
    await publications.publish();
    expect(await namesOf('pulse-standard')).toEqual(['pulse acme 1 3', 'pulse bolt 2 3']);
    expect(await namesOf('pulse-enterprise')).toEqual(['pulse crane 3 3']);
    expect(await namesOf('code-standard')).toEqual(['code acme 1 3']);
    expect(await namesOf('nudge-standard')).toEqual([]);
    placements = placements.filter(({ tenant }) => tenant !== 'bolt');
    expect(await namesOf('pulse-standard')).toEqual(['pulse acme 1 3']);
  });

  it('holds what its tenant has in the source, byte for byte, from any offset', async () => {
    const source = new Map<string, Buffer>();
    for (const tenant of ['acme', 'bolt']) source.set(tenant, await make(tenant, rowsOf(tenant, 50)));
    await publications.publish();
    for (const manifest of await currentOf('pulse-standard')) {
      const parts: Uint8Array[] = [];
      for await (const part of publications.read(manifest, { name: 'data-0.parquet', offset: 7 })) parts.push(part);
      const bytes = source.get(manifest.tenant) ?? Buffer.alloc(0);
      expect(Buffer.concat(parts)).toEqual(bytes.subarray(7));
      expect(manifest.files[0]?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('is made once by however many processes, and the newest counts', async () => {
    await make('acme', rowsOf('acme'));
    await Promise.all([publications.publish(), open().publish(), open().publish()]);
    await make('acme', rowsOf('acme', 4));
    await make('acme', rowsOf('acme', 5));
    await open().publish();
    await open().publish();
    expect(await namesOf('pulse-standard')).toEqual(['pulse acme 3 5']);
  });

  it.each<[string, string, Partial<DatasetOutput> & { sha256?: string }]>([
    ['has a row of another tenant', `${rowsOf('acme')} union all ${rowsOf('bolt', 1)}`, {}],
    ['has a row of nobody', `${rowsOf('acme')} union all select null, 1`, {}],
    ['is not what was recorded', rowsOf('acme'), { sha256: 'a'.repeat(64) }],
    ['has other rows than were recorded', rowsOf('acme'), { rows: 2 }],
    ['has another type', "select 'acme' as tenant, 1 as hours", {}],
    ['has a column more', "select 'acme' as tenant, 1::double as hours, 'x' as secret", {}],
    ['has a column less', "select 'acme' as tenant", {}],
  ])('is not made where the output %s, and the next one is', async (_, select, wrong) => {
    await make('acme', select, wrong);
    await make('bolt', rowsOf('bolt'));
    await publications.publish();
    expect(await namesOf('pulse-standard')).toEqual(['pulse bolt 2 3']);
  });

  it('gives no file under the name of another', async () => {
    await make('acme', rowsOf('acme'));
    await publications.publish();
    const read = async (bundle: Partial<BundleManifest>, name = 'data-0.parquet') => {
      for await (const _ of publications.read({ product: 'pulse', tenant: 'acme', dataset, version: 1, ...bundle }, { name, offset: 0 }));
    };
    await read({});
    for (const wrong of [{ tenant: 'bolt' }, { dataset: 'construction.x' }, { version: 2 }]) {
      await expect(read(wrong)).rejects.toMatchObject({ code: 'COMMAND_BUNDLE_GONE' });
    }
    for (const name of ['data-1.parquet', '../part.parquet', 'part.parquet', '']) {
      await expect(read({}, name)).rejects.toMatchObject({ code: 'COMMAND_BUNDLE_GONE' });
    }
  });

  it('is acknowledged by clusters that have the tenant, and never backwards', async () => {
    const loaded = { cluster: 'pulse-standard', product: 'pulse', tenant: 'acme', dataset };
    await publications.acknowledge({ ...loaded, version: 2 });
    await publications.acknowledge({ ...loaded, version: 1 });
    await publications.acknowledge({ ...loaded, tenant: 'crane', version: 1 });
    const rows = await database.admin('command')<{ tenant: string; version: string }>('select tenant, version from bundle_loaded');
    expect(rows).toEqual([{ tenant: 'acme', version: '2' }]);
  });
});

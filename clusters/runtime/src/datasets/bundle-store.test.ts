import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigningKey } from '@etis/agent';
import type { BundleManifest } from '@etis/contracts/datasets';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BundleStand, createBundleStand, now } from '../../fixtures/bundle-stand.ts';
import { tenantDatasets } from './tenant-datasets.ts';

const dataset = 'construction.issue_lead_times';
const columns: BundleManifest['columns'] = [
  { name: 'tenant', type: 'varchar' },
  { name: 'hours', type: 'double' },
];
const signal = new AbortController().signal;

let stand: BundleStand;
beforeEach(async () => {
  stand = await createBundleStand();
});
afterEach(() => stand.drop());

const of = (tenant: string, version = 1, count = 3) => ({
  ...{ tenant, dataset, version, columns },
  select: `select '${tenant}' as tenant, (i * ${version})::double as hours from range(${count}) t(i)`,
});
const rowsOf = (store: ReturnType<BundleStand['newStore']>, tenant: string) =>
  tenantDatasets(store, { tenant, signal }).query(`select tenant, count(*)::integer as n, sum(hours) as hours from ${dataset} group by 1`);
const onDisk = (tenant: string) => readdir(join(stand.folder, 'held', tenant, dataset)).catch(() => []);

describe('a bundle', () => {
  it('comes to the cluster, is acknowledged, and holds what its tenant has and nothing else', async () => {
    await stand.offer(of('acme'));
    await stand.offer(of('bolt', 2, 5));
    const store = stand.newStore();
    await store.open();
    const loaded = await store.bring(stand.source);
    expect(loaded.map(({ tenant, version }) => [tenant, version])).toEqual([
      ['acme', 1],
      ['bolt', 2],
    ]);
    expect(await rowsOf(store, 'acme')).toEqual([{ tenant: 'acme', n: 3, hours: 3 }]);
    expect(await rowsOf(store, 'bolt')).toEqual([{ tenant: 'bolt', n: 5, hours: 20 }]);
    expect(stand.acknowledged).toContainEqual({ cluster: 'pulse-standard', product: 'pulse', tenant: 'acme', dataset, version: 1 });
    expect(await store.bring(stand.source)).toEqual([]);
    expect(stand.announced).toEqual([`acme/${dataset}/1`, `bolt/${dataset}/2`]);
    await expect(rowsOf(store, 'crane')).rejects.toMatchObject({ code: 'RUNTIME_DATASETS_ABSENT' });
  });

  it('is replaced at once by a newer one, and the old one goes when nobody reads it any more', async () => {
    await stand.offer(of('acme'));
    const store = stand.newStore();
    await store.bring(stand.source);
    await store.reading('acme', async ([bundle]) => {
      await stand.offer(of('acme', 2));
      await store.bring(stand.source);
      expect(await onDisk('acme')).toEqual(['1', '2', 'current.json']);
      expect((await readFile(bundle?.files[0] ?? '')).length).toBeGreaterThan(0);
      expect(await rowsOf(store, 'acme')).toEqual([{ tenant: 'acme', n: 3, hours: 6 }]);
    });
    await store.bring(stand.source);
    expect(await onDisk('acme')).toEqual(['2', 'current.json']);
  });

  it('is there after a restart, and gone once its tenant is', async () => {
    await stand.offer(of('acme'));
    await stand.newStore().bring(stand.source);
    const store = stand.newStore();
    await store.open();
    expect(await rowsOf(store, 'acme')).toEqual([{ tenant: 'acme', n: 3, hours: 3 }]);
    await store.bring(stand.source);
    expect(stand.announced).toEqual([`acme/${dataset}/1`, `acme/${dataset}/1`]);
    stand.placed.delete('acme');
    await expect(rowsOf(store, 'acme')).rejects.toMatchObject({ code: 'RUNTIME_DATASETS_ABSENT' });
    expect(await store.bring(stand.source)).toEqual([]);
    expect(await readdir(join(stand.folder, 'held'))).toEqual([]);
  });

  it('goes on where the transfer was cut off', async () => {
    const manifest = await stand.offer(of('acme', 1, 200));
    const whole = stand.content.get(stand.keyOf(manifest)) ?? Buffer.alloc(0);
    stand.content.set(stand.keyOf(manifest), whole.subarray(0, 150));
    expect(await stand.newStore().bring(stand.source)).toEqual([]);
    const store = stand.newStore();
    await store.open();
    await expect(rowsOf(store, 'acme')).rejects.toMatchObject({ code: 'RUNTIME_DATASETS_ABSENT' });
    stand.content.set(stand.keyOf(manifest), whole);
    expect(await store.bring(stand.source)).toHaveLength(1);
    expect(stand.offsets).toEqual([0, 150]);
    expect(await rowsOf(store, 'acme')).toEqual([{ tenant: 'acme', n: 200, hours: 19900 }]);
  });

  it('that lies tampered on disk is thrown away at the next start and fetched anew', async () => {
    await stand.offer(of('acme'));
    await stand.newStore().bring(stand.source);
    const path = join(stand.folder, 'held', 'acme', dataset, '1', 'data-0.parquet');
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    await writeFile(path, bytes);
    const store = stand.newStore();
    await store.open();
    await expect(rowsOf(store, 'acme')).rejects.toMatchObject({ code: 'RUNTIME_DATASETS_ABSENT' });
    await store.bring(stand.source);
    expect(await rowsOf(store, 'acme')).toEqual([{ tenant: 'acme', n: 3, hours: 3 }]);
  });
});

describe('refused is a bundle', () => {
  it.each<[string, Partial<BundleManifest>]>([
    ['of another product', { product: 'nudge' }],
    ['of a tenant that is not placed here', { tenant: 'crane' }],
    ['of a dataset that the product did not declare', { dataset: 'construction.salaries' }],
    ['of another installation', { installation: 'other' }],
    ['whose tenant is a path', { tenant: '../acme' }],
    ['whose dataset is a path', { dataset: '../../x.y' }],
    ['whose column is SQL', { columns: [{ name: 'a" from x --', type: 'varchar' }] }],
    ['whose type is SQL', { columns: [{ name: 'a', type: 'varchar); drop' as 'varchar' }] }],
    ['without files', { files: [], rows: 0 }],
    ['whose file is a path', { files: [{ name: '../data-0.parquet', rows: 3, bytes: 1, sha256: 'a'.repeat(64) }] }],
    ['whose checksum is another', { files: [{ name: 'data-0.parquet', rows: 3, bytes: 100, sha256: 'a'.repeat(64) }] }],
    ['whose rows are not its files', { rows: 4 }],
    ['without a version', { version: 0 }],
    ['of a format to come', { format: 2 as 1 }],
  ])('%s', async (_, parts) => {
    await stand.offer(of('acme'), { parts });
    const store = stand.newStore();
    expect(await store.bring(stand.source)).toEqual([]);
    expect(stand.acknowledged).toEqual([]);
    await expect(rowsOf(store, 'acme')).rejects.toMatchObject({ code: 'RUNTIME_DATASETS_ABSENT' });
  });

  it('that another key signed, or whose text was changed', async () => {
    await stand.offer(of('acme'), { by: createSigningKey() });
    await stand.offer(of('bolt'));
    const signed = stand.offered.get(`bolt/${dataset}`);
    if (signed === undefined) throw new Error('not offered');
    stand.offered.set(`bolt/${dataset}`, { ...signed, payload: signed.payload.replace('"bolt"', '"acme"') });
    expect(await stand.newStore().bring(stand.source)).toEqual([]);
  });

  it('that is older than what is held, or says something else under the same version', async () => {
    await stand.offer(of('acme', 2));
    const store = stand.newStore();
    await store.bring(stand.source);
    await stand.offer(of('acme', 1));
    expect(await store.bring(stand.source)).toEqual([]);
    await stand.offer(of('acme', 2, 9));
    expect(await store.bring(stand.source)).toEqual([]);
    expect(await rowsOf(store, 'acme')).toEqual([{ tenant: 'acme', n: 3, hours: 6 }]);
  });

  it('and does not keep the next one from being taken', async () => {
    await stand.offer(of('acme'), { parts: { rows: 9 } });
    await stand.offer(of('bolt'));
    expect((await stand.newStore().bring(stand.source)).map(({ tenant }) => tenant)).toEqual(['bolt']);
  });
});

describe('a query of a tenant', () => {
  it.each([
    'select * from read_parquet([$])',
    'select * from read_parquet($)',
    "select * from glob('/**/*.parquet')",
    'attach $',
    "copy (select 1) to '/tmp/x'",
    "pragma memory_limit = '8GB'",
    "select getenv('HOME')",
  ])('reaches no other one: %s', async (text) => {
    await stand.offer(of('acme'));
    await stand.offer(of('bolt'));
    const store = stand.newStore();
    await store.bring(stand.source);
    const file = join(stand.folder, 'held', 'bolt', dataset, '1', 'data-0.parquet');
    const query = tenantDatasets(store, { tenant: 'acme', signal }).query(text.replace('$', `'${file}'`));
    await expect(query).rejects.toMatchObject({ code: expect.stringMatching(/^DUCKDB_/) });
  });

  it('ends with its signal and at its rows', async () => {
    await stand.offer(of('acme'));
    const store = stand.newStore();
    await store.bring(stand.source);
    const soon = tenantDatasets(store, { tenant: 'acme', signal: AbortSignal.timeout(50) });
    await expect(soon.query('select sum(a.range * b.range) from range(10000000) a, range(1000000) b')).rejects.toMatchObject({
      code: 'DUCKDB_INTERRUPTED',
    });
    const own = tenantDatasets(store, { tenant: 'acme', signal });
    await expect(own.query('select * from range(100001)')).rejects.toMatchObject({ code: 'DUCKDB_TOO_MANY_ROWS' });
    await expect(own.query(`select * from ${dataset}`, [], { maxRows: 2 })).rejects.toMatchObject({ code: 'DUCKDB_TOO_MANY_ROWS' });
    expect(await own.held()).toEqual([{ name: dataset, version: 1, madeAt: new Date(now).toISOString(), rows: 3, columns }]);
  });

  it('gives the same as Parquet', async () => {
    await stand.offer(of('acme'));
    const store = stand.newStore();
    await store.bring(stand.source);
    const bytes = await tenantDatasets(store, { tenant: 'acme', signal }).parquet(
      `select tenant, hours from ${dataset} where hours > $1`,
      [0],
    );
    expect(Buffer.from(bytes.subarray(0, 4)).toString()).toBe('PAR1');
  });
});

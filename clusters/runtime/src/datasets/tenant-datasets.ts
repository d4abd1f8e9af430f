import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantId } from '@etis/contracts/tenancy';
import { type DuckDb, openDuckDb, textLiteral } from '@etis/duckdb';
import { errors } from '../errors.ts';
import type { Datasets } from '../sdk/datasets.ts';
import type { BundleStore, ReadBundle } from './bundle-store.ts';

/** The side of a store that reads. */
export type ReadsBundles = Pick<BundleStore, 'reading'>;

/** For a host that no dataset comes to. */
export const noBundles: ReadsBundles = { reading: (_, work) => work([]) };

const bounds = { memoryLimitBytes: 256 * 1024 ** 2, tempFolder: null, threads: 2 };
const mostRows = 100_000;

/** A tenant's datasets for one call of product code. Each query has an instance to itself that knows nothing but this tenant's files. */
export function tenantDatasets(store: ReadsBundles, { tenant, signal }: { tenant: TenantId; signal: AbortSignal }): Datasets {
  const rows = (db: DuckDb, sql: string, { values, maxRows }: { values: readonly (string | number | boolean | null)[]; maxRows: number }) =>
    db.rows(sql, values, { signal, maxRows, onlySelect: true });
  return {
    held: () => store.reading(tenant, async (bundles) => bundles.map(({ manifest: { dataset, ...rest } }) => described(dataset, rest))),
    query: (sql, values = [], { maxRows = mostRows } = {}) =>
      store.reading(tenant, (bundles) => opened(bundles, (db) => rows(db, sql, { values, maxRows: Math.min(maxRows, mostRows) }))),
    parquet: (sql, values = []) =>
      store.reading(tenant, (bundles) =>
        opened(bundles, async (db) => {
          const found = await rows(db, sql, { values, maxRows: mostRows });
          return await parquetOf(found, await db.rows(`describe ${sql}`, values, { signal }));
        }),
      ),
  };
}

function described(
  name: string,
  { version, madeAt, rows, columns }: Pick<ReadBundle['manifest'], 'version' | 'madeAt' | 'rows' | 'columns'>,
) {
  return { name, version, madeAt, rows, columns };
}

async function opened<T>(bundles: readonly ReadBundle[], work: (db: DuckDb) => Promise<T>): Promise<T> {
  if (bundles.length === 0) throw errors.DATASETS_ABSENT();
  const db = await openDuckDb(bounds);
  try {
    for (const { manifest, files } of bundles) {
      const [area = '', table = ''] = manifest.dataset.split('.');
      const columns = manifest.columns.map(({ name, type }) => `"${name}"::${type} as "${name}"`).join(', ');
      await db.run(`create schema if not exists "${area}"`);
      await db.run(`create view "${area}"."${table}" as select ${columns} from read_parquet([${files.map(textLiteral).join(', ')}])`);
    }
    await db.lock({ files: bundles.flatMap(({ files }) => files) });
    return await work(db);
  } finally {
    db.close();
  }
}

/** Written by an instance of its own, which holds the result and has never seen the tenant's files. */
async function parquetOf(found: readonly object[], columns: readonly Readonly<Record<string, unknown>>[]): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'etis-parquet-'));
  const db = await openDuckDb(bounds);
  try {
    const [source, target] = [join(folder, 'rows.json'), join(folder, 'rows.parquet')];
    await writeFile(source, found.map((row) => JSON.stringify(row)).join('\n'), { mode: 0o600 });
    const types = columns.map(({ column_name: name, column_type: type }) => `${textLiteral(String(name))}: ${textLiteral(String(type))}`);
    await db.lock({ folders: [`${folder}/`] });
    await db.run(
      `copy (select * from read_json(${textLiteral(source)}, format = 'newline_delimited', columns = {${types.join(', ')}})) to ${textLiteral(target)} (format parquet, compression zstd)`,
    );
    return await readFile(target);
  } finally {
    db.close();
    await rm(folder, { recursive: true, force: true });
  }
}

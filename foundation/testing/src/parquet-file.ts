import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb, textLiteral } from '@etis/duckdb';

/** A real Parquet file of what a query gives; `before` are statements that it builds on, with what is bound to them. */
export async function parquetFile(
  select: string,
  before: readonly (readonly [sql: string, values: readonly (string | number | null)[]])[] = [],
): Promise<{ readonly bytes: Buffer; readonly rows: number; readonly sha256: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'etis-parquet-'));
  const db = await openDuckDb({ memoryLimitBytes: 128 * 1024 ** 2, tempFolder: null, threads: 1 });
  try {
    for (const [sql, values] of before) await db.run(sql, values);
    const path = join(folder, 'made.parquet');
    await db.run(`copy (${select}) to ${textLiteral(path)} (format parquet)`);
    const [counted] = await db.rows(`select count(*)::double as n from (${select})`);
    const bytes = await readFile(path);
    return { bytes, rows: Number(counted?.['n']), sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    db.close();
    await rm(folder, { recursive: true, force: true });
  }
}

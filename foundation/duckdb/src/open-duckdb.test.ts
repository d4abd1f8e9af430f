import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DuckDb, openDuckDb } from './open-duckdb.ts';

const bounds = { memoryLimitBytes: 64 * 1024 * 1024, tempFolder: null, threads: 1 };
const code = (name: string) => expect.objectContaining({ code: `DUCKDB_${name}` });

let folder: string;
let db: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-duckdb-'));
  db = await openDuckDb(bounds);
  await db.run(`copy (select i, 'mine' as whose from range(10) t(i)) to '${folder}/mine.parquet' (format parquet)`);
  await db.run(`copy (select 'theirs' as whose) to '${folder}/theirs.parquet' (format parquet)`);
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await db.run(`create view mine as select * from read_parquet('${folder}/mine.parquet')`);
  await db.lock({ files: [join(folder, 'mine.parquet')] });
});
afterAll(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

describe('rows', () => {
  it('come as JSON, with what was bound', async () => {
    const rows = await db.rows("select $1::varchar as t, $2::bigint as n, timestamptz '2026-01-02 03:04:05+00' as at", ["'; drop", 7n]);
    expect(rows).toEqual([{ t: "'; drop", n: '7', at: expect.stringContaining('2026-01-02 03:04:05') }]);
  });

  it('end at the bound and at the signal', async () => {
    await expect(db.rows('select * from range(1001)', [], { maxRows: 1000 })).rejects.toEqual(code('TOO_MANY_ROWS'));
    expect(await db.rows('select * from range(1000)', [], { maxRows: 1000 })).toHaveLength(1000);
    const signal = AbortSignal.timeout(50);
    await expect(db.rows('select sum(a.range * b.range) as s from range(10000000) a, range(1000000) b', [], { signal })).rejects.toEqual(
      code('INTERRUPTED'),
    );
    await expect(db.rows('select 1', [], { signal })).rejects.toEqual(code('INTERRUPTED'));
  });

  it('fail where memory is not enough, and the instance goes on', async () => {
    await expect(db.rows('select count(*) from (select distinct random() from range(50000000))')).rejects.toEqual(code('QUERY_FAILED'));
    expect(await db.rows('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('know the time zones of the world', async () => {
    const rows = await db.rows("select (timestamptz '2026-07-01 00:00:00+00' at time zone 'Europe/Berlin')::varchar as t");
    expect(rows).toEqual([{ t: '2026-07-01 02:00:00' }]);
  });
});

describe('a locked instance', () => {
  it('reads the files that it was given', async () => {
    expect(await db.rows('select distinct whose from mine', [], { onlySelect: true })).toEqual([{ whose: 'mine' }]);
  });

  it.each([
    "select * from read_parquet('$/theirs.parquet')",
    "select * from '$/theirs.parquet'",
    "select * from read_parquet('$/mine.parquet/../theirs.parquet')",
    "select * from read_parquet('$/*.parquet')",
    "select * from read_text('$/secret.txt')",
    "select * from read_csv('$/secret.txt')",
    "select * from glob('$/*')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('https://example.com/')",
    "select getenv('HOME')",
    "select * from query('copy mine to ''$/out.csv''')",
    "copy mine to '$/out.csv'",
    "copy mine to '$/mine.parquet' (format parquet)",
    "attach '$/other.duckdb'",
    "export database '$/out'",
    'install httpfs',
    'load httpfs',
    "pragma temp_directory='/tmp'",
    'set enable_external_access = true',
    'reset lock_configuration',
    'create table t as select 1',
    'create or replace view mine as select 1',
    'drop view mine',
    'select 1; select 2',
    "explain analyze copy mine to '$/out.csv'",
    'call pragma_version()',
    "with x as (select 1) insert into mine select 1, ''",
    '',
    'checkpoint',
    "prepare p as copy mine to '$/out.csv'",
    'execute p',
    'vacuum',
  ])('refuses %s', async (text) => {
    const before = await readFile(join(folder, 'mine.parquet'));
    await expect(db.rows(text.replaceAll('$', folder), [], { onlySelect: true })).rejects.toEqual(
      expect.objectContaining({ code: expect.stringMatching(/^DUCKDB_(QUERY_FAILED|STATEMENT_REFUSED)$/) }),
    );
    expect((await readdir(folder)).sort()).toEqual(['mine.parquet', 'secret.txt', 'theirs.parquet']);
    expect(await readFile(join(folder, 'mine.parquet'))).toEqual(before);
  });
});

describe('an appender', () => {
  it('fills a table', async () => {
    const own = await openDuckDb(bounds);
    await own.run('create table t (a integer, b varchar)');
    await own.append('t', (appender) => {
      for (let i = 0; i < 3; i++) {
        appender.appendInteger(i);
        appender.appendVarchar(`b${i}`);
        appender.endRow();
      }
    });
    expect(await own.rows('select sum(a)::integer as a, max(b) as b from t')).toEqual([{ a: 3, b: 'b2' }]);
    own.close();
  });
});

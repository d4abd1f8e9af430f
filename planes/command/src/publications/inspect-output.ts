import { createHash } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetDeclaration, DatasetOutput, DatasetOutputs } from '@etis/contracts/datasets';
import { type DuckDb, openDuckDb, textLiteral } from '@etis/duckdb';
import { errors } from '../errors.ts';

/** What the types of a dataset's columns are called by DuckDB. */
const described = {
  boolean: 'BOOLEAN',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  varchar: 'VARCHAR',
  date: 'DATE',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
} as const;

/**
 * Reads an output whole before it is published: that its bytes are those that were recorded, that its columns are those declared, and that every
 * row is of its tenant. @throws COMMAND_OUTPUT_REFUSED
 */
export async function inspectOutput(
  outputs: Pick<DatasetOutputs, 'open'>,
  output: DatasetOutput,
  declaration: DatasetDeclaration,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'etis-output-'));
  try {
    const paths: string[] = [];
    for (const [index, file] of output.files.entries()) {
      const path = join(folder, `data-${index}.parquet`);
      const digest = await keep(outputs.open(output, file.name, 0), { path, most: file.bytes });
      if (digest !== file.sha256) throw errors.OUTPUT_REFUSED(output.dataset, output.tenant, `${file.name} is not what was recorded`);
      paths.push(path);
    }
    const db = await openDuckDb({ memoryLimitBytes: 256 * 1024 ** 2, tempFolder: null, threads: 2 });
    try {
      await db.lock({ files: paths });
      await check(db, { output, declaration, from: `read_parquet([${paths.map(textLiteral).join(', ')}])` });
    } finally {
      db.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function check(
  db: DuckDb,
  { output, declaration, from }: { output: DatasetOutput; declaration: DatasetDeclaration; from: string },
): Promise<void> {
  const refuse = (reason: string): never => {
    throw errors.OUTPUT_REFUSED(output.dataset, output.tenant, reason);
  };
  const found = new Map((await db.rows(`describe select * from ${from}`)).map((row) => [row['column_name'], row['column_type']]));
  for (const { name, type } of declaration.columns) {
    if (found.get(name) !== described[type]) refuse(`its column "${name}" is not of the type ${type} that was declared`);
  }
  if (found.size !== declaration.columns.length) refuse('it has columns that were not declared');
  const [counted] = await db.rows(
    `select count(*)::double as rows, (count(*) filter (where tenant is distinct from $1))::double as foreign_rows from ${from}`,
    [output.tenant],
  );
  if (counted?.['foreign_rows'] !== 0) refuse('it has rows of another tenant');
  if (counted?.['rows'] !== output.rows) refuse('it has not as many rows as were recorded');
}

async function keep(bytes: AsyncIterable<Uint8Array>, to: { path: string; most: number }): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(to.path, 'w', 0o600);
  let size = 0;
  try {
    for await (const part of bytes) {
      size += part.byteLength;
      if (size > to.most) break;
      hash.update(part);
      await file.appendFile(part);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

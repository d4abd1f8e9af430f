import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { Domain } from '../domain.ts';
import { errors } from '../errors.ts';

/** One numbered SQL file. `name` is its folder's place in the domain's list and its file name: `0/0001-audit-entry.sql`. */
export interface Migration {
  readonly name: string;
  readonly folder: number;
  readonly sha256: string;
  readonly text: string;
}

/** What every domain has, before its own migrations. */
const baseFolder = new URL('../../migrations/', import.meta.url);
const namePattern = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.sql$/;

/** All migrations of a domain, in the order in which they apply. @throws POSTGRES_MIGRATION_NAME */
export async function readMigrations(domain: Domain): Promise<readonly Migration[]> {
  const folders = await Promise.all([baseFolder, ...domain.migrations].map((folder, index) => readFolder(folder, index)));
  return folders.flat();
}

async function readFolder(folder: URL, index: number): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const numbers = new Set<string>();
  for (const file of files) {
    const number = namePattern.exec(file)?.[1];
    if (number === undefined || numbers.has(number)) throw errors.MIGRATION_NAME(file);
    numbers.add(number);
  }
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, folder), 'utf8');
      return { name: `${index}/${file}`, folder: index, sha256: createHash('sha256').update(text).digest('hex'), text };
    }),
  );
}

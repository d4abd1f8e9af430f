import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** One file of a site with the ways it can be sent: `identity` always, others where a file beside it holds them. */
export interface SiteFile {
  readonly type: string;
  readonly identity: Buffer;
  readonly br: Buffer | null;
  readonly gzip: Buffer | null;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * Reads a folder whole: what is not of a known type is no part of the site. A request finds a file by its name in this map and never touches
 * the disk, so no name leads out of the folder.
 */
export async function readSite(folder: string): Promise<ReadonlyMap<string, SiteFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const known = new Set(paths);
  const beside = (path: string) => (known.has(path) ? readFile(path) : Promise.resolve(null));
  const files = paths.flatMap((path) => {
    const type = types[extname(path)];
    return type === undefined ? [] : [{ path, type }];
  });
  return new Map(
    await Promise.all(
      files.map(async ({ path, type }) => {
        const [identity, br, gzip] = await Promise.all([readFile(path), beside(`${path}.br`), beside(`${path}.gz`)]);
        const name = path.slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, '');
        return [name, { type, identity, br, gzip }] as const;
      }),
    ),
  );
}

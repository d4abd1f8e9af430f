import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleManifest } from '@etis/contracts/datasets';
import type { Signed } from '@etis/contracts/snapshot';

/** Where a cluster keeps bundles: `<tenant>/<dataset>/<version>/data-0.parquet`, and beside the versions which one counts. */
export function createBundleFolder(folder: string) {
  const datasetPath = (tenant: string, dataset: string) => join(folder, tenant, dataset);
  const pathOf = ({ tenant, dataset, version }: Pick<BundleManifest, 'tenant' | 'dataset' | 'version'>) =>
    join(datasetPath(tenant, dataset), String(version));

  return {
    pathOf,
    tenants: () => entries(folder),
    datasets: (tenant: string) => entries(join(folder, tenant)),
    /** The signed manifest of the version that counts; null where there is none. What is no JSON is none. */
    async current(tenant: string, dataset: string): Promise<Signed | null> {
      try {
        return JSON.parse(await readFile(join(datasetPath(tenant, dataset), 'current.json'), 'utf8')) as Signed;
      } catch (error) {
        if (error instanceof SyntaxError || isAbsent(error)) return null;
        throw error;
      }
    },
    async prepare(manifest: BundleManifest): Promise<string> {
      const path = pathOf(manifest);
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    },
    /** From now on this version counts, also after a crash: one rename. */
    async switchTo(manifest: BundleManifest, signed: Signed): Promise<void> {
      const path = datasetPath(manifest.tenant, manifest.dataset);
      await syncFolder(pathOf(manifest));
      const fresh = join(path, 'current.json.new');
      const file = await open(fresh, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(signed));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, join(path, 'current.json'));
      await syncFolder(path);
    },
    async versions(tenant: string, dataset: string): Promise<readonly number[]> {
      const found = await entries(datasetPath(tenant, dataset));
      return found.filter((name) => /^[1-9][0-9]{0,15}$/.test(name)).map(Number);
    },
    drop: (bundle: Pick<BundleManifest, 'tenant' | 'dataset' | 'version'>) => rm(pathOf(bundle), { recursive: true, force: true }),
    dropDataset: (tenant: string, dataset: string) => rm(datasetPath(tenant, dataset), { recursive: true, force: true }),
    dropTenant: (tenant: string) => rm(join(folder, tenant), { recursive: true, force: true }),
  };
}

async function entries(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** A rename is on disk once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

import { join } from 'node:path';
import type { BundleManifest, BundleSource } from '@etis/contracts/datasets';
import type { Log } from '@etis/contracts/log';
import type { Signed } from '@etis/contracts/snapshot';
import type { Cluster, TenantId } from '@etis/contracts/tenancy';
import { errors } from '../errors.ts';
import { createBundleFolder } from './bundle-folder.ts';
import { checkedManifest } from './checked-manifest.ts';
import { fetchFile, isWhole } from './fetch-file.ts';

/** A bundle that somebody reads: it stays on disk until it is given back. */
export interface ReadBundle {
  readonly manifest: BundleManifest;
  readonly files: readonly string[];
}

/** The bundles of one cluster, on its own disk. */
export interface BundleStore {
  /** Finds what an earlier process left: what is not signed, not whole or not of a tenant here is removed. */
  open(): Promise<void>;
  /**
   * Brings what is newer from the source, makes it visible, and says so; removes what is of tenants that are no longer here. One bundle that
   * cannot be taken keeps no other from being taken. Returns what was loaded. What is held is announced at least once, after it is visible.
   */
  bring(source: BundleSource): Promise<readonly BundleManifest[]>;
  /** What counts now for a tenant, held on disk until `work` has ended. */
  reading<T>(tenant: TenantId, work: (bundles: readonly ReadBundle[]) => Promise<T>): Promise<T>;
}

interface Held {
  readonly manifest: BundleManifest;
  readonly payload: string;
  readonly keyId: string;
}

/**
 * @param deps.verify what was signed, once the platform's signature was verified; throws otherwise
 * @param deps.announce tells the platform of what can be read now; called again until it resolves, and for the same version after a restart
 * @param deps.placed whether a tenant is placed on this cluster now
 */
export function createBundleStore(deps: {
  folder: string;
  cluster: Cluster;
  datasets: readonly string[];
  verify: (signed: Signed) => BundleManifest;
  announce: (manifest: BundleManifest) => Promise<void>;
  placed: (tenant: TenantId) => boolean;
  log: Log;
}): BundleStore {
  const { cluster, log } = deps;
  const folder = createBundleFolder(deps.folder);
  const held = new Map<TenantId, Map<string, Held>>();
  const readers = new Map<string, number>();
  /** In this process: whether an earlier one came to it nobody knows, so that it is said again. */
  const announced = new Set<string>();

  function accepted(signed: Signed): BundleManifest {
    const manifest = checkedManifest(deps.verify(signed));
    const { dataset } = manifest;
    if (manifest.product !== cluster.product) throw errors.BUNDLE_REFUSED(dataset, `it is of the product "${manifest.product}"`);
    if (!deps.placed(manifest.tenant)) throw errors.BUNDLE_REFUSED(dataset, `its tenant "${manifest.tenant}" is not placed here`);
    if (!deps.datasets.includes(dataset)) throw errors.BUNDLE_REFUSED(dataset, 'the product does not declare it');
    return manifest;
  }

  async function take(source: BundleSource, signed: Signed): Promise<BundleManifest | null> {
    const manifest = accepted(signed);
    const { tenant, dataset, version } = manifest;
    const now = held.get(tenant)?.get(dataset);
    if (now?.payload === signed.payload) {
      // By a newer key: the older one ends, and with it what is on disk.
      if (now.keyId !== signed.keyId) await folder.switchTo(manifest, signed);
      hold(manifest, signed);
      return null;
    }
    if (now !== undefined && version <= now.manifest.version) {
      throw errors.BUNDLE_REFUSED(dataset, `version ${version} is not newer than ${now.manifest.version}, which is held`);
    }
    const path = await folder.prepare(manifest);
    for (const file of manifest.files) {
      await fetchFile(dataset, file, { path: join(path, file.name), read: (offset) => source.read(manifest, { name: file.name, offset }) });
    }
    // It took time, in which the tenant may have left.
    accepted(signed);
    await folder.switchTo(manifest, signed);
    hold(manifest, signed);
    return manifest;
  }

  function hold(manifest: BundleManifest, signed: Signed): void {
    const ofTenant = held.get(manifest.tenant) ?? new Map<string, Held>();
    held.set(manifest.tenant, ofTenant.set(manifest.dataset, { manifest, payload: signed.payload, keyId: signed.keyId }));
  }

  async function dropOld(tenant: TenantId, dataset: string): Promise<void> {
    const now = held.get(tenant)?.get(dataset)?.manifest.version;
    for (const version of await folder.versions(tenant, dataset)) {
      const bundle = { tenant, dataset, version };
      if (now !== undefined && version < now && !readers.has(folder.pathOf(bundle))) {
        announced.delete(folder.pathOf(bundle));
        await folder.drop(bundle);
      }
    }
  }

  async function dropForeign(): Promise<void> {
    for (const tenant of await folder.tenants()) {
      if (deps.placed(tenant)) continue;
      held.delete(tenant);
      const read = [...readers.keys()].some((path) => path.startsWith(join(deps.folder, tenant, '/')));
      if (!read) await folder.dropTenant(tenant);
    }
  }

  async function reopen(tenant: TenantId, dataset: string): Promise<void> {
    const signed = await folder.current(tenant, dataset);
    if (signed === null) return;
    try {
      const manifest = accepted(signed);
      if (manifest.tenant !== tenant || manifest.dataset !== dataset) throw errors.BUNDLE_REFUSED(dataset, 'it lies where another belongs');
      for (const file of manifest.files) {
        const whole = await isWhole(join(folder.pathOf(manifest), file.name), file);
        if (!whole) throw errors.BUNDLE_REFUSED(dataset, `${file.name} is not what was signed`);
      }
      hold(manifest, signed);
    } catch (error) {
      log.warn({ tenant, dataset, err: error }, 'a bundle on disk cannot be used and is fetched anew');
      await folder.dropDataset(tenant, dataset);
    }
  }

  return {
    async open() {
      await dropForeign();
      for (const tenant of await folder.tenants()) {
        for (const dataset of await folder.datasets(tenant)) await reopen(tenant, dataset);
      }
    },
    async bring(source) {
      await dropForeign();
      const loaded: BundleManifest[] = [];
      for (const signed of await source.current(cluster.id)) {
        try {
          const manifest = await take(source, signed);
          const told = manifest ?? accepted(signed);
          const { product, tenant, dataset, version } = told;
          if (!announced.has(folder.pathOf(told))) await deps.announce(told);
          announced.add(folder.pathOf(told));
          // Said again each time: the platform may not have heard it.
          await source.acknowledge({ cluster: cluster.id, product, tenant, dataset, version });
          if (manifest !== null) loaded.push(manifest);
          await dropOld(tenant, dataset);
        } catch (error) {
          log.warn({ err: error }, 'a bundle was not taken');
        }
      }
      return loaded;
    },
    async reading(tenant, work) {
      if (!deps.placed(tenant)) return await work([]);
      const bundles = [...(held.get(tenant)?.values() ?? [])].map(({ manifest }) => {
        const path = folder.pathOf(manifest);
        return { manifest, path, files: manifest.files.map((file) => join(path, file.name)) };
      });
      for (const { path } of bundles) readers.set(path, (readers.get(path) ?? 0) + 1);
      try {
        return await work(bundles);
      } finally {
        for (const { path } of bundles) {
          const left = (readers.get(path) ?? 1) - 1;
          if (left === 0) readers.delete(path);
          else readers.set(path, left);
        }
      }
    },
  };
}

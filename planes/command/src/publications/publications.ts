import { canonicalJson } from '@etis/agent';
import type { BundleManifest, BundleSource, DatasetDeclaration, DatasetOutput, DatasetOutputs } from '@etis/contracts/datasets';
import type { GovernanceView } from '@etis/contracts/governance';
import type { Log } from '@etis/contracts/log';
import type { Signed } from '@etis/contracts/snapshot';
import { type Clock, createLoop, EtisError, type Loop } from '@etis/kernel';
import type { SystemDb, Tx } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { Signer } from '../keys/key-ring.ts';
import { inspectOutput } from './inspect-output.ts';

/** Publishes what transformation made, and hands it to clusters. */
export interface Publications extends BundleSource {
  /** Publishes what is new, again and again. Each output is published once, in order, by whichever process of the platform comes first. */
  readonly loop: Loop;
  /** One round of it; whether there may be more. */
  publish(): Promise<boolean>;
}

const outputsAtOnce = 20;
const lockId = 6_020_060;

/**
 * A bundle is made for each product that a dataset is declared for. It is handed only to a cluster where its tenant is placed now, and signed when it
 * is, so that it never outlives the key.
 */
export function createPublications(deps: {
  db: SystemDb;
  signer: Pick<Signer, 'sign'>;
  installation: string;
  outputs: DatasetOutputs;
  view: () => GovernanceView;
  clock: Clock;
  log: Log;
}): Publications {
  const { db, outputs, installation, clock, log } = deps;
  const declared = new Map(outputs.declarations.map((one) => [one.name, one]));

  async function publish(): Promise<boolean> {
    return await db.system(async (tx) => {
      const [lock] = await tx.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [lockId]);
      if (lock?.mine !== true) return false;
      const [row] = await tx.query<{ position: string }>('select position from publication_position');
      const found = await outputs.list(BigInt(row?.position ?? '0'), outputsAtOnce);
      for (const output of found) await publishOne(tx, output);
      const last = found.at(-1);
      if (last !== undefined) await tx.query('update publication_position set position = $1', [last.position]);
      return found.length === outputsAtOnce;
    });
  }

  async function publishOne(tx: Tx, output: DatasetOutput): Promise<void> {
    const declaration = declared.get(output.dataset);
    if (declaration === undefined) {
      log.warn({ dataset: output.dataset }, 'an output of a dataset that is no longer declared was passed over');
      return;
    }
    try {
      await inspectOutput(outputs, output, declaration);
    } catch (error) {
      if (!(error instanceof EtisError) || error.code !== errors.OUTPUT_REFUSED.code) throw error;
      log.error({ err: error }, 'an output was not published');
      return;
    }
    for (const product of declaration.products) {
      const manifest = manifestOf(output, { declaration, product });
      await tx.query('insert into bundle (product, tenant, dataset, version, manifest) values ($1, $2, $3, $4, $5)', [
        ...[product, output.tenant, output.dataset, manifest.version],
        canonicalJson(manifest),
      ]);
      await tx.query(
        `delete from bundle where product = $1 and tenant = $2 and dataset = $3 and version not in
           (select version from bundle where product = $1 and tenant = $2 and dataset = $3 order by version desc limit 2)`,
        [product, output.tenant, output.dataset],
      );
    }
  }

  function manifestOf(output: DatasetOutput, of: { declaration: DatasetDeclaration; product: string }): BundleManifest {
    const { tenant, dataset, madeAt, rows } = output;
    const columns = of.declaration.columns.map(({ name, type }) => ({ name, type }));
    const files = output.files.map((file, index) => ({ ...file, name: `data-${index}.parquet` }));
    return {
      format: 1,
      installation,
      product: of.product,
      tenant,
      dataset,
      version: Number(output.position),
      madeAt,
      columns,
      rows,
      files,
    };
  }

  function placedOn(cluster: string): readonly { tenant: string; product: string }[] {
    return deps.view().placements.filter((placement) => placement.cluster === cluster);
  }

  async function outputOf(version: number): Promise<DatasetOutput> {
    const [output] = await outputs.list(BigInt(version) - 1n, 1);
    if (output === undefined || output.position !== BigInt(version)) throw errors.BUNDLE_GONE();
    return output;
  }

  return {
    publish,
    loop: createLoop({ name: 'publications', log, idleMs: 1_000, round: publish }),
    async current(cluster): Promise<readonly Signed[]> {
      const placements = placedOn(cluster);
      const rows = await db.statement<{ manifest: string }>(
        `select distinct on (product, tenant, dataset) manifest from bundle
         where (tenant, product) in (select * from unnest($1::text[], $2::text[])) order by product, tenant, dataset, version desc`,
        [placements.map(({ tenant }) => tenant), placements.map(({ product }) => product)],
      );
      return rows.map(({ manifest }) => deps.signer.sign('bundle', JSON.parse(manifest)));
    },
    async *read({ tenant, dataset, version }, { name, offset }) {
      const output = await outputOf(version);
      const file = output.files[Number(/^data-(\d{1,4})\.parquet$/.exec(name)?.[1] ?? '-1')];
      if (output.tenant !== tenant || output.dataset !== dataset || file === undefined) throw errors.BUNDLE_GONE();
      yield* outputs.open(output, file.name, offset);
    },
    async acknowledge({ cluster, product, tenant, dataset, version }) {
      if (!placedOn(cluster).some((one) => one.tenant === tenant && one.product === product)) return;
      await db.statement(
        `insert into bundle_loaded (cluster, product, tenant, dataset, version, loaded_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (cluster, product, tenant, dataset) do update set version = excluded.version, loaded_at = excluded.loaded_at
         where bundle_loaded.version < excluded.version returning version`,
        [cluster, product, tenant, dataset, version, new Date(clock.now())],
      );
    },
  };
}

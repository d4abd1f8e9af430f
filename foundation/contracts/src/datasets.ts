import type { Signed } from './snapshot.ts';
import type { ClusterId, ProductId, TenantId } from './tenancy.ts';

/** What a column may hold. Times are UTC. */
export const columnTypes = ['boolean', 'integer', 'bigint', 'double', 'varchar', 'date', 'timestamptz'] as const;
export type ColumnType = (typeof columnTypes)[number];

export interface DatasetColumn {
  /** `[a-z][a-z0-9_]*`, at most 63 characters. */
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  readonly nullable: boolean;
  /** Says something of a person. By default false. */
  readonly personal?: boolean;
}

/** A table that the platform makes of what happened, for the products that want it. Every dataset has a column `tenant`. */
export interface DatasetDeclaration {
  /** Business area and table, for example `construction.issue_lead_times`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The products that it is published to. */
  readonly products: readonly ProductId[];
  /** What one row is, in words. */
  readonly grain: string;
  readonly columns: readonly DatasetColumn[];
  /** The columns that tell rows apart. */
  readonly key: readonly string[];
  /** The column that says when a row's fact happened. */
  readonly timeColumn?: string;
}

/** A file of a bundle. */
export interface BundleFile {
  /** `data-0.parquet` and so on. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * What a bundle says of itself: one version of one dataset for one tenant in one product. It never changes; what is newer has a higher
 * version. Signed for the purpose `bundle`.
 */
export interface BundleManifest {
  readonly format: 1;
  readonly installation: string;
  readonly product: ProductId;
  readonly tenant: TenantId;
  readonly dataset: string;
  /** 1 for the first, and higher for each after it. */
  readonly version: number;
  /** RFC 3339 in UTC. */
  readonly madeAt: string;
  readonly columns: readonly Pick<DatasetColumn, 'name' | 'type'>[];
  readonly rows: number;
  /** At least one, also where there are no rows. */
  readonly files: readonly BundleFile[];
}

/** That a cluster has loaded a bundle. */
export interface BundleAcknowledgement {
  readonly cluster: ClusterId;
  readonly product: ProductId;
  readonly tenant: TenantId;
  readonly dataset: string;
  readonly version: number;
}

/** Where a cluster takes bundles from: it is told of its own tenants only. */
export interface BundleSource {
  /** The newest bundle of each dataset for each tenant that is placed on the cluster. */
  current(cluster: ClusterId): Promise<readonly Signed[]>;
  /** The bytes of a file from an offset on. */
  read(
    bundle: Pick<BundleManifest, 'product' | 'tenant' | 'dataset' | 'version'>,
    file: { name: string; offset: number },
  ): AsyncIterable<Uint8Array>;
  acknowledge(loaded: BundleAcknowledgement): Promise<void>;
}

/** One output of a transformation run: the rows of one dataset for one tenant, as Parquet files that never change. */
export interface DatasetOutput {
  /** Grows by one with each output; no position is ever passed over by `list`. */
  readonly position: bigint;
  readonly dataset: string;
  readonly tenant: TenantId;
  readonly madeAt: string;
  readonly rows: number;
  readonly files: readonly BundleFile[];
}

/** What transformation has made. */
export interface DatasetOutputs {
  readonly declarations: readonly DatasetDeclaration[];
  /** The outputs after a position, in order. */
  list(after: bigint, limit: number): Promise<readonly DatasetOutput[]>;
  open(output: DatasetOutput, file: string, offset: number): AsyncIterable<Uint8Array>;
}

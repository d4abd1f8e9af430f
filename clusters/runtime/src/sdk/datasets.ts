/** A row as JSON: integers of 64 bits and decimals as text, times as text in UTC. */
export type DatasetRow = Readonly<Record<string, unknown>>;

/** A dataset as it is held here for the tenant. */
export interface HeldDataset {
  readonly name: string;
  readonly version: number;
  /** RFC 3339. */
  readonly madeAt: string;
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/**
 * The datasets of the context's tenant that the product declared and that have come to the cluster. What a query reads is of one moment: a
 * newer version that comes meanwhile is seen by the next one.
 */
export interface Datasets {
  held(): Promise<readonly HeldDataset[]>;
  /**
   * Runs one SELECT of DuckDB over views that are named as the datasets, for example `select count(*) from construction.issue_lead_times`. It
   * reaches nothing else: no file, no network, no setting. At most 100,000 rows; it ends with the context's signal.
   * @throws RUNTIME_DATASETS_ABSENT, DUCKDB_QUERY_FAILED, DUCKDB_STATEMENT_REFUSED, DUCKDB_TOO_MANY_ROWS, DUCKDB_INTERRUPTED
   */
  query(
    sql: string,
    values?: readonly (string | number | boolean | null)[],
    options?: { readonly maxRows?: number },
  ): Promise<readonly DatasetRow[]>;
  /** The same as one Parquet file. At most 100,000 rows. @throws as `query` */
  parquet(sql: string, values?: readonly (string | number | boolean | null)[]): Promise<Uint8Array>;
}

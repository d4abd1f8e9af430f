import { type DuckDBAppender, type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { readRows } from './read-rows.ts';
import { textLiteral } from './text-literal.ts';

/** What a query may be given; bound, never written into the text. */
export type DuckDbValue = string | number | bigint | boolean | null;

/** A row as JSON: integers of 64 bits, decimals, dates and times as text. */
export type DuckDbRow = Readonly<Record<string, unknown>>;

export interface RowsOptions {
  /** The query is interrupted when it aborts. */
  readonly signal?: AbortSignal;
  /** By default 1,000,000. */
  readonly maxRows?: number;
  /** Refuses everything but one SELECT; by default false. */
  readonly onlySelect?: boolean;
}

/** An instance of DuckDB in memory. Every call has a connection of its own, so that calls do not wait for each other. */
export interface DuckDb {
  /** @throws DUCKDB_QUERY_FAILED */
  run(sql: string, values?: readonly DuckDbValue[]): Promise<void>;
  /** @throws DUCKDB_QUERY_FAILED, DUCKDB_STATEMENT_REFUSED, DUCKDB_TOO_MANY_ROWS, DUCKDB_INTERRUPTED */
  rows(sql: string, values?: readonly DuckDbValue[], options?: RowsOptions): Promise<readonly DuckDbRow[]>;
  /** Fills a table; what is thrown by `fill` is thrown on, and nothing of it is kept. */
  append(table: string, fill: (appender: DuckDBAppender) => void | Promise<void>): Promise<void>;
  /** From now on nothing outside of the instance can be reached but these files and folders, and nothing can be set any more. */
  lock(reach: { readonly files?: readonly string[]; readonly folders?: readonly string[] }): Promise<void>;
  close(): void;
}

/** Opens DuckDB with bounds. It never loads or installs an extension by itself. `tempFolder` null: what does not fit in memory fails. */
export async function openDuckDb(options: {
  readonly memoryLimitBytes: number;
  readonly tempFolder: string | null;
  readonly threads: number;
}): Promise<DuckDb> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.ceil(options.memoryLimitBytes / 1024)}KiB`,
    threads: String(options.threads),
    temp_directory: options.tempFolder ?? '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });

  async function connected<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await instance.connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  }

  // The same answer on every machine, whatever its clock is set to.
  await connected((connection) => connection.run("set global TimeZone = 'UTC'"));

  return {
    run: (sql, values = []) => connected(async (connection) => void (await readRows(connection, { sql, values }))),
    rows: (sql, values = [], how = {}) => connected((connection) => readRows(connection, { sql, values, ...how })),
    append: (table, fill) =>
      connected(async (connection) => {
        const appender = await connection.createAppender(table);
        try {
          await fill(appender);
          appender.flushSync();
        } finally {
          appender.closeSync();
        }
      }),
    lock: ({ files = [], folders = [] }) =>
      connected(async (connection) => {
        await connection.run(`set global allowed_paths = [${files.map(textLiteral).join(', ')}]`);
        await connection.run(`set global allowed_directories = [${folders.map(textLiteral).join(', ')}]`);
        await connection.run('set global enable_external_access = false');
        await connection.run('set global lock_configuration = true');
      }),
    close: () => instance.closeSync(),
  };
}

import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api';
import { errorText } from '@etis/kernel';
import { errors } from './errors.ts';
import type { DuckDbRow, DuckDbValue, RowsOptions } from './open-duckdb.ts';

const mostRows = 1_000_000;

/** Reads a query's rows as they come, up to the bound and until the signal. See `DuckDb.rows`. */
export async function readRows(
  connection: DuckDBConnection,
  query: RowsOptions & { readonly sql: string; readonly values: readonly DuckDbValue[] },
): Promise<readonly DuckDbRow[]> {
  const { signal, maxRows = mostRows } = query;
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  try {
    if (signal?.aborted) throw errors.INTERRUPTED();
    const statement = await prepared(connection, query);
    statement.bind([...query.values]);
    const found: DuckDbRow[] = [];
    const result = await statement.stream();
    for await (const rows of result.yieldRowObjectJson()) {
      if (signal?.aborted) throw errors.INTERRUPTED();
      for (const row of rows) found.push(row);
      if (found.length > maxRows) throw errors.TOO_MANY_ROWS(maxRows);
    }
    return found;
  } catch (error) {
    if (signal?.aborted) throw errors.INTERRUPTED.because({ cause: error });
    if (error instanceof Error && error.name === 'EtisError') throw error;
    throw errors.QUERY_FAILED.because({ cause: error }, errorText(error).slice(0, 500));
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}

/** What prepares as a SELECT writes nothing: COPY, ATTACH, SET, PRAGMA and INSTALL are statements of their own. */
async function prepared(
  connection: DuckDBConnection,
  { sql, onlySelect = false }: RowsOptions & { sql: string },
): Promise<DuckDBPreparedStatement> {
  if (!onlySelect) return await connection.prepare(sql);
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw errors.STATEMENT_REFUSED();
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT) throw errors.STATEMENT_REFUSED();
  return statement;
}

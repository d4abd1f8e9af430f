export { errors as duckDbErrors } from './errors.ts';
export { type DuckDb, type DuckDbRow, type DuckDbValue, openDuckDb, type RowsOptions } from './open-duckdb.ts';
export { textLiteral } from './text-literal.ts';

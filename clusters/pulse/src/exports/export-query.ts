import type { OperationContext } from '@etis/runtime/sdk';
import { errors } from '../errors.ts';
import { policyOf } from '../policies/policies.ts';
import type { Query } from '../queries/query-input.ts';
import { answer, compiled } from '../queries/run-query.ts';
import { csvOf } from './csv.ts';

const mostMebibytes = 8;

export interface Export {
  readonly name: string;
  readonly mediaType: 'text/csv; charset=utf-8' | 'application/vnd.apache.parquet';
  /** Base64. */
  readonly content: string;
}

/** A query's answer as CSV, at most 8 MiB. @throws PULSE_EXPORT_TOO_LARGE and what a query throws */
export async function exportCsv(query: Query, context: OperationContext): Promise<Export> {
  const { columns, rows, version } = await answer(context.datasets, query, await policyOf(context));
  return {
    name: `${query.dataset}-${version}.csv`,
    mediaType: 'text/csv; charset=utf-8',
    content: bounded(Buffer.from(csvOf(columns, rows))),
  };
}

/** The same as Parquet, with the types of the columns. @throws as `exportCsv` */
export async function exportParquet(query: Query, context: OperationContext): Promise<Export> {
  const { sql, values } = compiled(query, await policyOf(context));
  const held = (await context.datasets.held()).find(({ name }) => name === query.dataset);
  if (held === undefined) throw errors.DATASET_UNKNOWN(query.dataset);
  const bytes = await context.datasets.parquet(sql, values);
  return { name: `${query.dataset}-${held.version}.parquet`, mediaType: 'application/vnd.apache.parquet', content: bounded(bytes) };
}

function bounded(bytes: Uint8Array): string {
  if (bytes.byteLength > mostMebibytes * 1024 ** 2) throw errors.EXPORT_TOO_LARGE(mostMebibytes);
  return Buffer.from(bytes).toString('base64');
}

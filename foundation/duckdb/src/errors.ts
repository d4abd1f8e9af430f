import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('DUCKDB', {
  QUERY_FAILED: {
    kind: 'invalid',
    message: (reason: string) => `The query could not be run: ${reason}`,
  },
  STATEMENT_REFUSED: {
    kind: 'forbidden',
    message: () => 'The query was refused, because it is not one plain SELECT. Send a single query that only reads.',
  },
  TOO_MANY_ROWS: {
    kind: 'limited',
    message: (rows: number) => `The query gives more than ${rows} rows. Group or filter it further, or ask for fewer with LIMIT.`,
  },
  INTERRUPTED: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'The query was interrupted before it was done. Make it smaller, or allow it more time.',
  },
});

import { sqlState } from '@etis/postgres';

/** The name of the foreign key that has nothing to point at; null for every other error. */
export function missingReference(error: unknown): string | null {
  if (sqlState(error) !== '23503') return null;
  const constraint = typeof error === 'object' && error !== null && 'constraint' in error ? error.constraint : undefined;
  return typeof constraint === 'string' ? constraint : '';
}

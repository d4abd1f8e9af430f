import { sqlState } from '@etis/postgres';
import { errors } from '../errors.ts';

/** What the database's own refusal says, as the spine's; anything else as it is. */
export function fullOr(error: unknown): unknown {
  return sqlState(error) === 'ETS01' ? errors.FULL.because({ cause: error }) : error;
}

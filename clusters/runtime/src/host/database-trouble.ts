import { EtisError } from '@etis/kernel';
import { sqlState } from '@etis/postgres';

const unavailable = new Set(['POSTGRES_UNAVAILABLE', 'POSTGRES_COMMIT_UNKNOWN', 'POSTGRES_CLOSED']);
/** Serialization failure and deadlock: rolled back for another's sake. */
const contention = new Set(['40001', '40P01']);

/**
 * Whether an error of a statement is the database's trouble rather than the statement's own fault. It decides between "nothing is known, deliver
 * again", which keeps the lane's order, and "this entry failed", which parks the entry: a database that restarts must not park what it held.
 */
export function isDatabaseTrouble(error: unknown): boolean {
  if (error instanceof EtisError && unavailable.has(error.code)) return true;
  const state = sqlState(error);
  return state !== undefined && contention.has(state);
}

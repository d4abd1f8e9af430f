import { sqlState } from '@etis/postgres';

/** The SQLSTATE classes that blame the data: data exception, integrity violation, program limit exceeded. */
const dataClasses = new Set(['22', '23', '54']);

/**
 * Whether the database refused what it was given, so that the same again would be refused again. Everything else (an outage, a deadlock,
 * a full disk) may pass, and the same call may succeed later.
 */
export function isDataError(error: unknown): boolean {
  return dataClasses.has(sqlState(error)?.slice(0, 2) ?? '');
}

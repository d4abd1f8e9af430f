import { EtisError } from '@etis/kernel';
import { errors } from './errors.ts';
import { causes, sqlState } from './sql-state.ts';

/** What `pg` and the sockets under it throw when a connection is gone or cannot be had; they carry no SQLSTATE. */
const lostConnection =
  /connection terminated|connection error|client has encountered a connection error|timeout exceeded when trying to connect|query read timeout|client was closed|socket|write after end|after calling end on the pool/i;
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT',
  'EADDRNOTAVAIL',
]);

/** Whether the connection itself is gone or was never had, so that what was under way on it has no answer. */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return isServerAway(state);
  return causes(error).some((link) => {
    const { code, message } = link as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && socketCodes.has(code)) return true;
    return typeof message === 'string' && lostConnection.test(message);
  });
}

/**
 * 08: connection exceptions; 57P0x: the server is shutting down, crashed, starting, or the database was dropped; 57P05 and 25P03: the session
 * was ended for idling.
 */
function isServerAway(state: string): boolean {
  return state.startsWith('08') || state.startsWith('57P') || state === '25P03' || state === '25P04';
}

/** 28: wrong password or no such role; 3D000: no such database; 42501 that ends the session: the role may not connect to the database. */
function isLoginRefusal(error: unknown, state: string): boolean {
  return state.startsWith('28') || state === '3D000' || (state === '42501' && (error as { severity?: unknown }).severity === 'FATAL');
}

/** Serialization failure or deadlock: PostgreSQL rolled the transaction back for another's sake, and the same again may well succeed. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** The platform's error for what went wrong with the connection or the time limits; anything else as it is. */
export function translate(error: unknown, login: { role: string; database: string }): unknown {
  if (error instanceof EtisError) return error;
  const state = sqlState(error);
  if (state === '57014' || state === '55P03') return errors.TIMEOUT.because({ cause: error });
  if (state !== undefined && isLoginRefusal(error, state)) {
    return errors.LOGIN_REFUSED.because({ cause: error }, login.role, login.database);
  }
  if (state?.startsWith('53') || isConnectionLoss(error)) return errors.UNAVAILABLE.because({ cause: error });
  return error;
}

import { EtisError } from '@etis/kernel';
import pg from 'pg';
import { expect, it } from 'vitest';
import { isConnectionLoss, isContention, translate } from './failure.ts';
import { causes, sqlState } from './sql-state.ts';

const login = { role: 'etis_app', database: 'etis' };

function fromServer(code: string, severity = 'ERROR'): Error {
  return Object.assign(new pg.DatabaseError('as the server says', 1, 'error'), { code, severity });
}

it.each(['08006', '57P01', '57P02', '57P03', '25P03'])('takes %s for a lost connection', (code) => {
  expect(isConnectionLoss(fromServer(code, 'FATAL'))).toBe(true);
  expect(translate(fromServer(code, 'FATAL'), login)).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', retryable: true });
});

it.each([
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
  Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
  Object.assign(new Error('connect ENOENT /tmp/.s.PGSQL.5432'), { code: 'ENOENT' }),
  new Error('Connection terminated unexpectedly'),
  new Error('Connection terminated due to connection timeout'),
  new Error('timeout exceeded when trying to connect'),
  new Error('Query read timeout'),
  new Error('Client has encountered a connection error and is not queryable'),
  new Error('wrapped', { cause: new Error('Connection terminated') }),
])('takes "$message" for a lost connection', (error) => {
  expect(isConnectionLoss(error)).toBe(true);
  expect(translate(error, login)).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', cause: error });
});

it.each(['53100', '53200', '53300'])('takes %s for a server that cannot serve now, on a connection that is well', (code) => {
  expect(isConnectionLoss(fromServer(code))).toBe(false);
  expect(translate(fromServer(code), login)).toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
});

it.each([
  ['57014', 'ERROR', 'POSTGRES_TIMEOUT'],
  ['55P03', 'ERROR', 'POSTGRES_TIMEOUT'],
  ['28P01', 'FATAL', 'POSTGRES_LOGIN_REFUSED'],
  ['28000', 'FATAL', 'POSTGRES_LOGIN_REFUSED'],
  ['3D000', 'FATAL', 'POSTGRES_LOGIN_REFUSED'],
  ['42501', 'FATAL', 'POSTGRES_LOGIN_REFUSED'],
])('turns %s (%s) into %s', (code, severity, expected) => {
  expect(translate(fromServer(code, severity), login)).toMatchObject({ code: expected });
});

it.each(['23505', '42501', '40001', '22P02'])('leaves %s to the caller', (code) => {
  const error = fromServer(code);
  expect(translate(error, login)).toBe(error);
  expect(sqlState(error)).toBe(code);
});

it("leaves the platform's own errors and the caller's alone", () => {
  const known = new EtisError({ code: 'X', kind: 'invalid', retryable: false, message: 'x', cause: fromServer('57P01') });
  expect(translate(known, login)).toBe(known);
  const theirs = new Error('socks are missing');
  expect(translate(theirs, login)).toBe(theirs);
  expect(translate('thrown text', login)).toBe('thrown text');
});

it('sees contention through what wraps it', () => {
  expect(isContention(fromServer('40001'))).toBe(true);
  expect(isContention(new Error('handler failed', { cause: fromServer('40P01') }))).toBe(true);
  expect(isContention(fromServer('23505'))).toBe(false);
  expect(isContention(undefined)).toBe(false);
});

it('takes no code of anything but the server for an SQL state', () => {
  expect(sqlState(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBeUndefined();
  expect(sqlState(Object.assign(new Error('x'), { code: '23505' }))).toBeUndefined();
  expect(sqlState(null)).toBeUndefined();
});

it('ends on a circle of causes', () => {
  const first: Error & { cause?: unknown } = new Error('first');
  first.cause = new Error('second', { cause: first });
  expect(causes(first)).toHaveLength(8);
  expect(sqlState(first)).toBeUndefined();
});

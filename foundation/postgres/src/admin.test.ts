import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adminAccessFromUrl } from './index.ts';

it('reads a full URL', () => {
  expect(adminAccessFromUrl('postgres://ad%40min:p%2Fw%3A%C3%A4@db.example:6543/platform?sslmode=verify-full')).toEqual({
    host: 'db.example',
    port: 6543,
    user: 'ad@min',
    password: 'p/w:ä',
    database: 'platform',
    tls: 'verify-full',
  });
});

it('has the usual defaults', () => {
  expect(adminAccessFromUrl('postgresql://admin@localhost')).toEqual({
    host: 'localhost',
    port: 5432,
    user: 'admin',
    password: '',
    database: 'postgres',
    tls: 'off',
  });
});

it('takes IPv6 addresses and folders of Unix sockets', () => {
  expect(adminAccessFromUrl('postgres://admin:x@[::1]:5433/etis').host).toBe('::1');
  expect(adminAccessFromUrl('postgres://admin:x@localhost/etis?host=%2Fvar%2Frun%2Fpostgresql').host).toBe('/var/run/postgresql');
});

it.each([
  ['', 'it is not a URL'],
  ['localhost:5432', 'postgres://'],
  ['mysql://a:b@c/d', 'postgres://'],
  ['postgres://localhost/etis', 'names no user'],
  ['postgres:///etis', 'no host'],
  ['postgres://a:b@c/d?sslmode=prefer', 'sslmode'],
  ['postgres://a:%zz-hidden@c/d', '%'],
])('refuses %j in a sentence that tells what it expects', (text, problem) => {
  expect(() => adminAccessFromUrl(text)).toThrow(
    expect.objectContaining({
      code: 'POSTGRES_URL_INVALID',
      kind: 'setup',
      message: expect.stringMatching(new RegExp(`${problem}.*Expected postgres://`)),
    }),
  );
  expect(() => adminAccessFromUrl(text)).not.toThrow(/hidden/);
});

it('gives back every user, password and database that was encoded into a URL', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, text, fc.integer({ min: 1, max: 65535 }), (user, password, database, port) => {
      const url = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@host:${port}/${encodeURIComponent(database)}`;
      fc.pre(!['.', '..'].includes(database));
      expect(adminAccessFromUrl(url)).toEqual({ host: 'host', port, user, password, database, tls: 'off' });
    }),
  );
});

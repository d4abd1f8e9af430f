import { type Permission, permissions } from '@etis/contracts/access';
import type { Actor } from '@etis/contracts/context';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuard, createOperatorCredential, operatorTokenHash } from '../index.ts';

const { token, hash } = createOperatorCredential();
const guard = createGuard({ operatorTokenHash: () => hash });

describe('the operator credential', () => {
  it('has its documented form and the hash that the guard compares with', () => {
    expect(token).toMatch(/^etis_op_[A-Za-z0-9_-]{43}$/);
    expect(hash).toHaveLength(32);
    expect(operatorTokenHash(token)).toEqual(hash);
    expect(operatorTokenHash(`${token}x`)).toBeNull();
    expect(createOperatorCredential().token).not.toBe(token);
  });
});

describe('authentication', () => {
  it.each([`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`])('knows the operator by %s', (header) => {
    expect(guard.authenticate(header)).toEqual({ kind: 'operator', id: 'operator' });
  });

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['no scheme', token],
    ['another scheme', `Basic ${token}`],
    ['no token', 'Bearer '],
    ['another token', `Bearer ${createOperatorCredential().token}`],
    ['a token that is too short', `Bearer ${token.slice(0, -1)}`],
    ['a token that is too long', `Bearer ${token}A`],
    ['something behind it', `Bearer ${token} x`],
    ['a second header joined to it', `Bearer ${token}, Bearer ${token}`],
    ['a line break', `Bearer ${token}\n`],
    ['another prefix', `Bearer ${token.replace('etis_op_', 'ETIS_OP_')}`],
    ['an overlong header', `Bearer ${' '.repeat(100)}${token}`],
    ['a huge header', `Bearer ${'a'.repeat(1_000_000)}`],
  ])('takes %s for anonymous', (_case, header) => {
    expect(guard.authenticate(header)).toEqual({ kind: 'anonymous', id: 'anonymous' });
  });

  it('takes everybody for anonymous while there is no credential, or a damaged one', () => {
    for (const damaged of [null, Buffer.alloc(0), hash.subarray(1)]) {
      expect(createGuard({ operatorTokenHash: () => damaged }).authenticate(`Bearer ${token}`).kind).toBe('anonymous');
    }
  });

  it('asks for the hash each time, so a new credential counts at once', () => {
    let current = hash;
    const changing = createGuard({ operatorTokenHash: () => current });
    const next = createOperatorCredential();
    current = next.hash;
    expect(changing.authenticate(`Bearer ${token}`).kind).toBe('anonymous');
    expect(changing.authenticate(`Bearer ${next.token}`).kind).toBe('operator');
  });

  it('knows nobody by an invented header, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `Bearer etis_op_${text}`),
        ),
        (header) => {
          expect(guard.authenticate(header).kind).toBe('anonymous');
        },
      ),
    );
  });
});

describe('permission', () => {
  const actors: readonly [Actor, boolean][] = [
    [{ kind: 'operator', id: 'operator' }, true],
    [{ kind: 'anonymous', id: 'anonymous' }, false],
    [{ kind: 'connection', id: 'autodesk' }, false],
    [{ kind: 'system', id: 'control' }, false],
  ];

  it.each(
    actors.flatMap(([actor, allowed]) =>
      permissions.flatMap((permission) => [null, 'acme'].map((tenant) => [actor.kind, permission, tenant, actor, allowed] as const)),
    ),
  )('%s may %s of %s as the table says', (_kind, permission, tenant, actor, allowed) => {
    expect(guard.allows(actor, permission, tenant)).toBe(allowed);
  });

  it.each(['', 'everything', '__proto__', 'TENANTS.READ'])('denies what is no permission: %j', (permission) => {
    expect(guard.allows({ kind: 'operator', id: 'operator' }, permission as Permission, null)).toBe(false);
  });
});

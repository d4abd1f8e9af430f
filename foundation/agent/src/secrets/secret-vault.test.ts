import { randomBytes } from 'node:crypto';
import type { SecretBinding } from '@etis/contracts/secrets';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecrets, type SecretVault } from '../index.ts';

const masterKey = randomBytes(32);
const keyless = createSecrets({ masterKey });
const keys = [keyless.newDataKey(null), keyless.newDataKey('acme'), keyless.newDataKey('beta')];
const vault = createSecrets({ masterKey, dataKeys: keys });
const binding: SecretBinding = { tenant: 'acme', table: 'connection_secret', column: 'sealed', row: 'autodesk' };
const unreadable = expect.objectContaining({ code: 'AGENT_SECRET_UNREADABLE' });

function opened(from: SecretVault, sealed: string, place: SecretBinding): string | null {
  try {
    return from.open(sealed, place);
  } catch (error) {
    expect(error).toEqual(unreadable);
    return null;
  }
}

describe('sealing', () => {
  it('opens what it sealed, and nothing of the plain text shows', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(null, 'acme', 'beta'), (plain, tenant) => {
        const sealed = vault.seal(plain, { ...binding, tenant });
        expect(sealed).toMatch(/^v1(\.[A-Za-z0-9_-]+){3}$/);
        expect(vault.open(sealed, { ...binding, tenant })).toBe(plain);
      }),
    );
    expect(vault.seal('correct horse', binding)).not.toContain('horse');
  });

  it('never gives the same text twice', () => {
    expect(new Set(Array.from({ length: 100 }, () => vault.seal('same', binding))).size).toBe(100);
  });

  it('needs a data key of the owner', () => {
    expect(() => vault.seal('x', { ...binding, tenant: 'gamma' })).toThrow(expect.objectContaining({ code: 'AGENT_DATA_KEY_UNKNOWN' }));
    expect(() => keyless.seal('x', { ...binding, tenant: null })).toThrow(/the platform/);
  });

  it('does not open once the key is gone: erasing the key erases the secret', () => {
    const sealed = vault.seal('x', binding);
    const without = createSecrets({ masterKey, dataKeys: keys.filter(({ tenant }) => tenant !== 'acme') });
    expect(opened(without, sealed, binding)).toBeNull();
  });
});

describe('a secret at another place', () => {
  const places: readonly SecretBinding[] = [
    { ...binding, tenant: 'beta' },
    { ...binding, tenant: null },
    { ...binding, table: 'other' },
    { ...binding, column: 'other' },
    { ...binding, row: 'other' },
    { ...binding, column: 'sealedauto', row: 'desk' },
    { ...binding, table: 'connection_secretsealed', column: '' },
    { ...binding, row: '' },
  ];

  it.each(places)('does not open as %j', (place) => {
    expect(opened(vault, vault.seal('x', binding), place)).toBeNull();
  });

  it('opens only where every part is the same, however the parts are cut', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '|', '.', '\u0000'), maxLength: 3 });
    const place = fc.record({ tenant: fc.constantFrom(null, 'acme', 'beta'), table: part, column: part, row: part });
    fc.assert(
      fc.property(place, place, (sealedAt, openedAt) => {
        const same = JSON.stringify(Object.values(sealedAt)) === JSON.stringify(Object.values(openedAt));
        expect(opened(vault, vault.seal('x', sealedAt), openedAt)).toBe(same ? 'x' : null);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a changed envelope', () => {
  const sealed = vault.seal('the secret of a sender', binding);

  it('does not open after any change of one character', () => {
    const position = fc.integer({ min: 0, max: sealed.length - 1 });
    fc.assert(
      fc.property(position, fc.string({ minLength: 0, maxLength: 2 }), (at, replacement) => {
        const changed = sealed.slice(0, at) + replacement + sealed.slice(at + 1);
        fc.pre(changed !== sealed);
        expect(opened(vault, changed, binding)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not open after any flip of one bit', () => {
    const [version, ...parts] = sealed.split('.');
    for (const [index, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const changed = [version, ...parts.with(index, flipped.toString('base64url'))].join('.');
        expect(opened(vault, changed, binding)).toBeNull();
      }
    }
  });

  it.each([
    '',
    '.',
    'v1',
    'v1...',
    'v2.a.b.c',
    `${sealed}.`,
    `${sealed}=`,
    `${sealed}\n`,
    sealed.slice(0, -1),
    'v1.AA.AA.AA',
    ' '.repeat(10_000),
  ])('is refused where it is no envelope: %j', (text) => {
    expect(opened(vault, text, binding)).toBeNull();
  });

  it('is refused where anything at all was written instead', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(opened(vault, text, binding)).toBeNull();
      }),
    );
  });
});

describe('data keys', () => {
  it('of several keys the newest seals and all open, in whatever order they were added', () => {
    const older = vault.newDataKey('gamma');
    const newer = vault.newDataKey('gamma');
    const before = createSecrets({ masterKey, dataKeys: [older] });
    const sealed = before.seal('old', { ...binding, tenant: 'gamma' });
    const both = createSecrets({ masterKey, dataKeys: [newer, older] });
    expect(both.open(sealed, { ...binding, tenant: 'gamma' })).toBe('old');
    const fresh = both.seal('new', { ...binding, tenant: 'gamma' });
    expect(opened(before, fresh, { ...binding, tenant: 'gamma' })).toBeNull();
    both.addDataKey(older);
    expect(both.seal('x', { ...binding, tenant: 'gamma' }).split('.')[1]).toBe(fresh.split('.')[1]);
  });

  it('that were destroyed open nothing, seal nothing, and do not come back; others of the same owner stay', () => {
    const [older, newer] = [keyless.newDataKey('delta'), keyless.newDataKey('delta')];
    const own = createSecrets({ masterKey, dataKeys: [older] });
    const place = { ...binding, tenant: 'delta' };
    const before = own.seal('old', place);
    own.addDataKey(newer);
    const sealed = own.seal('new', place);
    own.destroy(newer.id);
    own.addDataKey(newer);
    expect([opened(own, before, place), opened(own, sealed, place), own.has('delta')]).toEqual(['old', null, true]);
    expect(opened(own, own.seal('again', place), place)).toBe('again');
    own.destroy(older.id);
    own.destroy(older.id);
    expect([opened(own, before, place), own.has('delta'), own.dataKeys()]).toEqual([null, false, []]);
    expect(() => own.seal('x', place)).toThrow(expect.objectContaining({ code: 'AGENT_DATA_KEY_UNKNOWN' }));
  });

  it('says in one sentence of kind setup when the master key is another one', () => {
    const act = () => createSecrets({ masterKey: randomBytes(32), dataKeys: keys });
    expect(act).toThrow(expect.objectContaining({ code: 'AGENT_MASTER_KEY_WRONG', kind: 'setup' }));
    expect(() => createSecrets({ masterKey: randomBytes(31) })).toThrow(expect.objectContaining({ code: 'AGENT_MASTER_KEY_INVALID' }));
  });

  it('cannot be given to another tenant or renamed', () => {
    const [, acme] = keys;
    if (acme === undefined) throw new Error('no key');
    for (const stolen of [
      { ...acme, tenant: 'beta' },
      { ...acme, tenant: null },
      { ...acme, id: keyless.newDataKey(null).id },
    ]) {
      expect(() => keyless.addDataKey(stolen)).toThrow(expect.objectContaining({ code: 'AGENT_MASTER_KEY_WRONG' }));
    }
  });
});

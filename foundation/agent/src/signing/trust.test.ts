import type { KeyCertificate, Signed, SigningPurpose } from '@etis/contracts/snapshot';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sign, verifySignature } from './signature.ts';
import { createSigningKey, exportSigningKey, keyIdOf, type SigningKey, signingKeyFrom } from './signing-key.ts';
import { createTrust } from './trust.ts';

const installation = 'test';
const now = Date.parse('2026-11-01T12:00:00Z');
const root = createSigningKey();
const online = createSigningKey();
const purposes: SigningPurpose[] = [
  'certificate',
  'manifest',
  'directive',
  'break-glass',
  'receipt',
  'acknowledgement',
  'checkpoint',
  'link',
];

function certificate(key: SigningKey, parts: Partial<KeyCertificate> = {}, by: SigningKey = root): Signed {
  const said: KeyCertificate = {
    installation,
    keyId: key.keyId,
    publicKey: key.publicKey,
    role: 'online',
    notBefore: new Date(now - 60_000).toISOString(),
    notAfter: new Date(now + 60_000).toISOString(),
    ...parts,
  };
  return sign(by, 'certificate', said);
}

function trusting(...certificates: readonly Signed[]) {
  const trust = createTrust({ installation, root: root.publicKey });
  trust.learn(certificates, now);
  return trust;
}

const manifest = (key = online, parts = {}) => sign(key, 'manifest', { installation, version: 1, ...parts });

describe('a signature', () => {
  it('counts for its purpose and its bytes only', () => {
    const purpose = fc.constantFrom(...purposes);
    fc.assert(
      fc.property(purpose, purpose, fc.string({ unit: 'grapheme' }), (made, asked, text) => {
        const signed = sign(online, made, { text });
        expect(verifySignature(online.publicKey, asked, signed)).toBe(made === asked);
        expect(verifySignature(root.publicKey, made, signed)).toBe(false);
      }),
    );
  });

  it('counts for nothing once a byte of it or of the text was changed', () => {
    const signed = manifest();
    fc.assert(
      fc.property(fc.constantFrom('payload' as const, 'signature' as const), fc.nat(), fc.integer({ min: 1, max: 120 }), (part, at, by) => {
        const bytes = Buffer.from(signed[part]);
        const place = at % bytes.length;
        bytes[place] = ((bytes[place] ?? 0) + by) % 128;
        expect(verifySignature(online.publicKey, 'manifest', { ...signed, [part]: bytes.toString() })).toBe(
          bytes.toString() === signed[part],
        );
      }),
    );
  });

  it.each([
    ['', 'AAAA'],
    ['not base64url!', 'AAAA'],
    [online.publicKey, ''],
    [online.publicKey, `${manifest().signature}=`],
    [`${online.publicKey}=`, manifest().signature],
  ])('is refused with the key %j and the signature %j', (key, signature) => {
    expect(verifySignature(key, 'manifest', { ...manifest(), signature })).toBe(false);
  });
});

describe('a signing key', () => {
  it('comes back from its text', () => {
    const back = signingKeyFrom(exportSigningKey(online));
    expect(back).toMatchObject({ keyId: online.keyId, publicKey: online.publicKey });
    expect(back.keyId).toBe(keyIdOf(online.publicKey));
    expect(verifySignature(online.publicKey, 'receipt', sign(back, 'receipt', {}))).toBe(true);
  });

  it.each(['', 'not a key', exportSigningKey(online).slice(0, 60)])('is refused as %j', (pem) => {
    expect(() => signingKeyFrom(pem)).toThrow(expect.objectContaining({ code: 'AGENT_SIGNING_KEY_INVALID' }));
  });
});

describe('trust', () => {
  const open = (trust: ReturnType<typeof trusting>, signed: Signed, at = now, role: KeyCertificate['role'] = 'online') =>
    trust.open<{ version: number }>('manifest', signed, { now: at, role });
  const refused = (trust: ReturnType<typeof trusting>, signed: Signed, at?: number, role?: KeyCertificate['role']) => {
    try {
      open(trust, signed, at, role);
      return 'opened';
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it('opens what a certified key signed, for as long as it may', () => {
    const trust = trusting(certificate(online));
    expect(open(trust, manifest())).toEqual({ installation, version: 1 });
    expect(refused(trust, manifest(), now + 60_000)).toBe('AGENT_KEY_EXPIRED');
    expect(refused(trust, manifest(), now - 60_001)).toBe('AGENT_KEY_EXPIRED');
  });

  it('refuses what it should', () => {
    const trust = trusting(certificate(online));
    expect(refused(trust, { ...manifest(), signature: '' }), 'stripped').toBe('AGENT_SIGNATURE_INVALID');
    expect(refused(trust, { ...manifest(), payload: manifest().payload.replace('1', '2') }), 'changed').toBe('AGENT_SIGNATURE_INVALID');
    expect(refused(trust, sign(online, 'directive', { installation })), 'for something else').toBe('AGENT_SIGNATURE_INVALID');
    expect(refused(trust, manifest(createSigningKey())), 'a stranger').toBe('AGENT_KEY_UNKNOWN');
    expect(refused(trust, manifest(root)), 'the root key itself').toBe('AGENT_KEY_UNKNOWN');
    expect(refused(trust, manifest(), now, 'operator'), 'in another role').toBe('AGENT_KEY_UNKNOWN');
    expect(refused(trust, manifest(online, { installation: 'other' })), 'of another installation').toBe('AGENT_INSTALLATION_FOREIGN');
    expect(refused(trust, sign(online, 'manifest', ['no object'])), 'no object').toBe('AGENT_INSTALLATION_FOREIGN');
    trust.revoke([online.keyId]);
    expect(refused(trust, manifest()), 'revoked').toBe('AGENT_KEY_REVOKED');
    trust.learn([certificate(online)], now);
    expect(refused(trust, manifest()), 'revoked for good').toBe('AGENT_KEY_REVOKED');
  });

  it.each<[string, Signed]>([
    ['by another key', certificate(online, {}, createSigningKey())],
    ['by an online key', certificate(online, {}, online)],
    ['for another installation', certificate(online, { installation: 'other' })],
    ['with the id of another key', certificate(online, { keyId: root.keyId })],
    ['with another key behind the id', certificate(online, { publicKey: createSigningKey().publicKey })],
    ['that is over', certificate(online, { notAfter: new Date(now).toISOString() })],
    ['without an end', certificate(online, { notAfter: 'never' })],
    ['of a role that nobody knows', certificate(online, { role: 'root' as never })],
    ['with its signature stripped', { ...certificate(online), signature: '' }],
    ['signed for another purpose', sign(root, 'manifest', JSON.parse(certificate(online).payload))],
  ])('learns nothing from a certificate %s', (_, signed) => {
    expect(refused(trusting(signed), manifest())).toBe('AGENT_KEY_UNKNOWN');
  });

  it('trusts nobody under a root that is none', () => {
    const trust = createTrust({ installation, root: 'nonsense' });
    trust.learn([certificate(online)], now);
    expect(refused(trust, manifest())).toBe('AGENT_KEY_UNKNOWN');
  });

  it('looks at the key every time, however often it verified the same', () => {
    const trust = trusting(certificate(online));
    const signed = manifest();
    expect([open(trust, signed), open(trust, signed)]).toEqual([
      { installation, version: 1 },
      { installation, version: 1 },
    ]);
    expect(refused(trust, { ...signed, payload: signed.payload.replace('1', '2') }), 'its signature on something else').toBe(
      'AGENT_SIGNATURE_INVALID',
    );
    expect(refused(trust, signed, now + 60_000), 'its key has ended').toBe('AGENT_KEY_EXPIRED');
    for (let version = 2; version < 200; version += 1) expect(refused(trust, manifest(online, { version }))).toBe('opened');
    expect(refused(trust, signed), 'long forgotten').toBe('opened');
    trust.revoke([online.keyId]);
    expect(refused(trust, signed), 'its key was revoked').toBe('AGENT_KEY_REVOKED');
  });

  it('takes what it verified for one purpose for nothing else', () => {
    const trust = trusting(certificate(online));
    const signed = manifest();
    open(trust, signed);
    expect(() => trust.open('directive', signed, { now, role: 'online' })).toThrow(
      expect.objectContaining({ code: 'AGENT_SIGNATURE_INVALID' }),
    );
  });

  it('renews a key with a longer certificate', () => {
    const trust = trusting(certificate(online), certificate(online, { notAfter: new Date(now + 600_000).toISOString() }));
    expect(refused(trust, manifest(), now + 300_000)).toBe('opened');
  });
});

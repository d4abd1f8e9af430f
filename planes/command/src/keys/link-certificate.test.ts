import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { linkName } from '@etis/agent';
import { describe, expect, it } from 'vitest';
import { type CertifiedKey, createLinkAuthority, createLinkCertificate } from './link-certificate.ts';

const dayMs = 86_400_000;
const now = Date.now();
const authority = createLinkAuthority({ now, validMs: 3_650 * dayMs });
const server = createLinkCertificate(authority, { now, validMs: 90 * dayMs });

/** What a client that pins `pinned` says of a server that shows `shown`. */
async function handshake(shown: CertifiedKey, pinned: string): Promise<string> {
  const listening = createServer({ cert: shown.certificate, key: shown.privateKey, minVersion: 'TLSv1.3' });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as { port: number };
  let socket: TLSSocket | undefined;
  try {
    return await new Promise((resolve) => {
      socket = connect({ host: '127.0.0.1', port, ca: pinned, servername: linkName, minVersion: 'TLSv1.3' }, () => resolve('trusted'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    socket?.destroy();
    listening.close();
  }
}

describe('the certificates of the link', () => {
  it('are an authority and what it signed, for the link and for servers alone', () => {
    const [above, below] = [new X509Certificate(authority.certificate), new X509Certificate(server.certificate)];
    expect(above.ca).toBe(true);
    expect(below.ca).toBe(false);
    expect(below.checkIssued(above)).toBe(true);
    expect(below.verify(above.publicKey)).toBe(true);
    expect(below.checkHost(linkName)).toBe(linkName);
    expect(below.checkHost('localhost')).toBeUndefined();
    expect(below.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('count from an hour ago until their end, and never longer than the authority', () => {
    expect(Date.parse(new X509Certificate(server.certificate).validFrom)).toBe(Math.floor((now - 3_600_000) / 1000) * 1000);
    const long = createLinkCertificate(authority, { now, validMs: 36_500 * dayMs });
    expect(new X509Certificate(long.certificate).validTo).toBe(new X509Certificate(authority.certificate).validTo);
  });

  it('count after 2050 too', () => {
    const late = createLinkAuthority({ now: Date.parse('2051-05-06T07:08:09Z'), validMs: dayMs });
    expect(Date.parse(new X509Certificate(late.certificate).validTo)).toBe(Date.parse('2051-05-07T07:08:09Z'));
  });

  it('are trusted by who pins the authority, and by nobody else', async () => {
    expect(await handshake(server, authority.certificate)).toBe('trusted');
    const other = createLinkAuthority({ now, validMs: dayMs });
    expect(await handshake(server, other.certificate)).toMatch(/SIGNATURE|VERIFY|ISSUER/);
    expect(await handshake(createLinkCertificate(other, { now, validMs: dayMs }), authority.certificate)).toMatch(
      /SIGNATURE|VERIFY|ISSUER/,
    );
  });

  it('are not trusted when they are over', async () => {
    const old = createLinkCertificate(authority, { now: now - 10 * dayMs, validMs: dayMs });
    expect(await handshake(old, authority.certificate)).toBe('CERT_HAS_EXPIRED');
  });
});

import type { Log } from '@etis/contracts/log';
import type { Secrets } from '@etis/contracts/secrets';
import type { Clock } from '@etis/kernel';
import type { PlatformDb } from '@etis/postgres';
import { ownContext } from '../own-context.ts';
import { type CertifiedKey, createLinkAuthority } from './link-certificate.ts';

const years = 365 * 86_400_000;
const validMs = 20 * years;
const binding = { tenant: null, table: 'link_authority', column: 'sealed', row: 'singleton' };

/** What signs the TLS certificates of the link: made once for the installation, shared by every process of the platform. */
export async function openLinkAuthority({
  db,
  secrets,
  clock,
  log,
}: {
  db: PlatformDb;
  secrets: Secrets;
  clock: Clock;
  log: Log;
}): Promise<CertifiedKey> {
  return await db.platform(ownContext(log), 'open the authority of the link', async (tx) => {
    await tx.query('lock table link_authority in exclusive mode');
    const [row] = await tx.query<{ certificate: string; sealed: string }>('select certificate, sealed from link_authority');
    if (row !== undefined) return { certificate: row.certificate, privateKey: secrets.open(row.sealed, binding) };
    const made = createLinkAuthority({ now: clock.now(), validMs });
    await tx.query('insert into link_authority (certificate, sealed, not_after) values ($1, $2, $3)', [
      made.certificate,
      secrets.seal(made.privateKey, binding),
      new Date(clock.now() + validMs),
    ]);
    return made;
  });
}

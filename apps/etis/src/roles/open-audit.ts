import { auditDomain, type CommandPlane, createAuditDesk, createSealer } from '@etis/command';
import type { AuditDesk } from '@etis/contracts/command';
import { type Service, systemClock } from '@etis/kernel';
import { type Domain, openAuditReader, roles } from '@etis/postgres';
import type { Node } from '../node/node.ts';
import { domains } from '../platform/domains.ts';

/** A domain as it is read for sealing: what was done in it, and nothing else of it. */
export function audited(domain: Domain): Domain {
  return { ...domain, roles: { system: roles.audit } };
}

/** The sealed record of everything that is done in any domain. `services` are started after the command plane, whose keys sign its checkpoints. */
export function openAudit(
  plane: CommandPlane,
  { access, config, home, log, open }: Pick<Node, 'access' | 'config' | 'home' | 'log' | 'open'>,
): { readonly desk: AuditDesk; readonly services: readonly Service[] } {
  const sources = domains.map((domain) => openAuditReader({ domain, access, log }));
  const db = open(auditDomain);
  const file = home.checkpoints;
  const sealer = createSealer({ sources, db, installation: config.installation, signer: plane.keys.signer, file, clock: systemClock, log });
  const readers: Service = {
    name: 'audit readers',
    start: async () => undefined,
    stop: async () => void (await Promise.all(sources.map((source) => source.close()))),
  };
  return {
    desk: createAuditDesk({
      sources,
      db,
      file,
      clock: systemClock,
      isSigned: (signed, at) => plane.keys.wasSigned('checkpoint', signed, at),
    }),
    services: [readers, sealer],
  };
}

import { auditDomain, type CommandPlane, createAuditDesk, createPersonalVault, createSealer, type PersonalKey } from '@etis/command';
import type { AuditDesk } from '@etis/contracts/command';
import type { Context } from '@etis/contracts/context';
import type { TenantId } from '@etis/contracts/tenancy';
import { type Service, systemClock, traceIdOf, traceparentFrom } from '@etis/kernel';
import { type Domain, openAuditReader, roles } from '@etis/postgres';
import type { Node } from '../node/node.ts';
import { domains } from '../platform/domains.ts';

/** A domain as it is read for sealing: what was done in it, and nothing else of it. */
export function audited(domain: Domain): Domain {
  return { ...domain, roles: { system: roles.audit } };
}

/** Control owns the keys of tenants; it is there before anything is sealed. */
async function keyOf({ control, log }: Pick<Node, 'control' | 'log'>, tenant: TenantId): Promise<PersonalKey> {
  if (control === null) throw new Error('what is sealed needs the keys that the control plane of this process holds');
  const context: Context = { actor: { kind: 'system', id: 'audit' }, tenant: null, trace: traceIdOf(traceparentFrom(undefined)), log };
  return await control.tenants.keyOf(context, tenant);
}

/** The sealed record of everything that is done in any domain. `services` are started after the command plane, whose keys sign its checkpoints. */
export function openAudit(
  plane: CommandPlane,
  node: Pick<Node, 'access' | 'config' | 'control' | 'home' | 'log' | 'open' | 'vault'>,
): { readonly desk: AuditDesk; readonly services: readonly Service[] } {
  const { access, config, home, log, open, vault } = node;
  const sources = domains.map((domain) => openAuditReader({ domain, access, log }));
  const db = open(auditDomain);
  const file = home.checkpoints;
  const personal = createPersonalVault({ secrets: vault, keyOf: (tenant) => keyOf(node, tenant) });
  const { signer } = plane.keys;
  const keepMs = config.auditKeepDays === null ? null : config.auditKeepDays * 86_400_000;
  const sealer = createSealer({ keepMs, sources, db, installation: config.installation, signer, personal, file, clock: systemClock, log });
  const readers: Service = {
    name: 'audit readers',
    start: async () => undefined,
    stop: async () => void (await Promise.all(sources.map((source) => source.close()))),
  };
  return {
    desk: createAuditDesk({
      sources,
      db,
      personal,
      file,
      clock: systemClock,
      isSigned: (signed, at) => plane.keys.wasSigned('checkpoint', signed, at),
    }),
    services: [readers, sealer],
  };
}

import { randomBytes } from 'node:crypto';
import type { Context } from '@etis/contracts/context';
import type { TenantId } from '@etis/contracts/tenancy';
import type { Control } from '@etis/control';
import { type Home, readPrivateJson, writePrivate } from '../platform/home.ts';
import type { DemonstrationSecret } from './secret.ts';
import { type DemonstrationTenant, demonstrationConnection, demonstrationTenants, whatsappConnection } from './tenants.ts';

/** What the seed needs of the platform. */
export interface SeedTarget {
  readonly control: Control;
  readonly context: Context;
  readonly home: Home;
  /** Calls an operation of Nudge for a tenant that is placed on that cluster. */
  nudge(tenant: TenantId, cluster: string, operation: string, input: object): Promise<unknown>;
}

/** Sets up the three tenants, or finds that they are set up: safe to repeat, and a repeat keeps every secret. */
export async function seedDemonstration(target: SeedTarget): Promise<void> {
  await seedAutodesk(target);
  await seedWhatsApp(target);
  for (const tenant of demonstrationTenants) await seedTenant(target, tenant);
}

/** The secret is random per installation and known to the two sides only: sealed in the platform, and in the sender's private file. */
async function seedAutodesk({ control, context, home }: SeedTarget): Promise<void> {
  const kept = await readPrivateJson<DemonstrationSecret>(home.demonstration);
  const { secret } = await control.connections.ensure(context, { id: demonstrationConnection, source: 'autodesk', tenant: null });
  if (kept !== null && secret === null) return;
  const known = secret ?? (await control.connections.rotate(context, demonstrationConnection)).secret;
  await writePrivate(home.demonstration, `${JSON.stringify({ connection: demonstrationConnection, secret: known }, null, 2)}\n`);
}

/** Meta gives an application its secret; this one is made up once, and known to the platform and to the stand-in for Meta. */
async function seedWhatsApp({ control, context, home }: SeedTarget): Promise<void> {
  const kept = await readPrivateJson<DemonstrationSecret>(home.demonstrationWhatsApp);
  const secret = kept?.secret ?? randomBytes(16).toString('hex');
  const { secret: made } = await control.connections.ensure(context, { id: whatsappConnection, source: 'whatsapp', tenant: null, secret });
  if (kept !== null) return;
  if (made === null) await control.connections.rotate(context, whatsappConnection, { secret });
  await writePrivate(home.demonstrationWhatsApp, `${JSON.stringify({ connection: whatsappConnection, secret }, null, 2)}\n`);
}

async function seedTenant({ control, context, nudge }: SeedTarget, tenant: DemonstrationTenant): Promise<void> {
  const { id, name, project, projectName, hub, region, tier, recipient } = tenant;
  const cluster = `nudge-${tier}`;
  await control.tenants.ensure(context, { id, name });
  await control.placements.ensure({ ...context, tenant: id }, { product: 'nudge', cluster });
  await control.placements.ensure({ ...context, tenant: id }, { product: 'pulse', cluster: `pulse-${tier}` });
  const place = { system: 'autodesk', region, product: null };
  await control.resolver.ensure({ ...context, tenant: id }, { ...place, kind: 'project', externalId: project, project: projectName });
  await control.resolver.ensure({ ...context, tenant: id }, { ...place, kind: 'hub', externalId: hub, project: null });
  await control.resolver.ensure(
    { ...context, tenant: id },
    { system: 'whatsapp', kind: 'phone-number', externalId: tenant.whatsapp.number, project: null, region, product: 'nudge' },
  );
  await nudge(id, cluster, 'replies.set', {
    id: 'received',
    match: 'any',
    text: `Hello {{ event.data.from.name }}, ${name} has your message: "{{ event.data.content.body }}". Somebody will come back to you.`,
  });
  await nudge(id, cluster, 'rules.set', {
    id: 'new-documents',
    eventType: 'document.version.added',
    recipients: [recipient],
    subject: '{{ event.data.name }} is now at version {{ event.data.version }}',
    body: [
      'Hello,',
      '',
      '{{ event.data.name }} has a new version, {{ event.data.version }}, in {{ event.project }}.',
      'Folder: {{ event.data.path }}',
      '',
      'You get this because your company asked to be told of new documents.',
    ].join('\n'),
  });
}

import { randomBytes, randomUUID } from 'node:crypto';
import { createClient } from '@etis/client';
import type { TenantContext } from '@etis/contracts/context';
import { type Tier, tiers } from '@etis/contracts/tenancy';
import { silentLog, traceIdOf, traceparentFrom } from '@etis/kernel';
import { type DatabaseAccess, openDomain } from '@etis/postgres';
import { createClusterHost } from '@etis/runtime';
import { installations } from '../platform/installations.ts';

interface SoakConnection {
  readonly id: string;
  readonly secret: string;
}

export interface SoakTenant {
  readonly id: string;
  readonly tier: Tier;
  readonly hub: string;
  readonly project: string;
  /** Of a document in this project its people are told by mail. */
  readonly mailProject: string;
  readonly whatsappNumber: string;
  readonly webhooks: SoakConnection;
  readonly cloudevents: SoakConnection;
}

/** Who sends and who receives in a soak. */
export interface SoakWorld {
  readonly tenants: readonly SoakTenant[];
  readonly autodesk: readonly SoakConnection[];
  readonly whatsapp: SoakConnection;
}

export const whatsappNumbers: readonly string[] = Array.from({ length: 6 }, (_, n) => `80000000000000${n}`);

/** Sets up tenants on every tier with connections of every kind, through the Platform API at `url` and the product's own operations. */
export async function createWorld(platform: { url: string; token: string; access: DatabaseAccess }): Promise<SoakWorld> {
  const client = createClient({ url: platform.url, token: platform.token });

  async function connection(id: string, source: string, options: { tenant?: string; secret?: string } = {}): Promise<SoakConnection> {
    const { data } = await client.post('/api/v1/connections', { body: { id, source, ...options } });
    return { id, secret: options.secret ?? data.secret ?? '' };
  }

  async function tenant(whatsappNumber: string, index: number): Promise<SoakTenant> {
    const id = `soak-${index + 1}`;
    const tier = tiers[index % tiers.length] as Tier;
    await client.post('/api/v1/tenants', { body: { id, name: `Soak ${index + 1}` } });
    await client.put('/api/v1/tenants/{tenant}/placements/{product}', {
      params: { path: { tenant: id, product: 'nudge' } },
      body: { cluster: `nudge-${tier}` },
    });
    const made = { id, tier, hub: randomUUID(), project: randomUUID(), mailProject: randomUUID(), whatsappNumber };
    const mapped = [
      { system: 'autodesk', kind: 'project', externalId: made.project, project: 'plain' },
      { system: 'autodesk', kind: 'project', externalId: made.mailProject, project: 'mail' },
      { system: 'whatsapp', kind: 'phone-number', externalId: whatsappNumber, product: 'nudge' },
    ];
    for (const { system, kind, externalId, ...body } of mapped) {
      const query = { system, kind, externalId };
      await client.put('/api/v1/tenants/{tenant}/resolver-entry', { params: { path: { tenant: id }, query }, body });
    }
    const webhooks = await connection(`webhooks-${index + 1}`, 'standard-webhooks', { tenant: id });
    const cloudevents = await connection(`cloudevents-${index + 1}`, 'cloudevents', { tenant: id });
    return { ...made, webhooks, cloudevents };
  }

  const tenants: SoakTenant[] = [];
  for (const [index, number] of whatsappNumbers.entries()) tenants.push(await tenant(number, index));
  const autodesk = [await connection('autodesk-1', 'autodesk'), await connection('autodesk-2', 'autodesk')];
  const whatsapp = await connection('whatsapp', 'whatsapp', { secret: randomBytes(16).toString('hex') });
  for (const each of tenants) await setRules(each, platform.access);
  return { tenants, autodesk, whatsapp };
}

/** Every document leaves a trace of its handling, those of one project cause a mail, and who says hello is answered. */
async function setRules(tenant: SoakTenant, access: DatabaseAccess): Promise<void> {
  const place = installations.find(({ cluster }) => cluster.tier === tenant.tier);
  if (place === undefined) throw new Error(`there is no cluster of the tier ${tenant.tier}`);
  const db = openDomain({ domain: place.domain, access, log: silentLog });
  try {
    const nothing = { enqueue: async () => {}, publish: () => Promise.reject(new Error('no operation of these publishes')) };
    const host = createClusterHost({ cluster: place.cluster, product: place.product, db, jobs: nothing, publish: nothing, log: silentLog });
    const context: TenantContext = {
      actor: { kind: 'system', id: 'soak' },
      tenant: tenant.id,
      trace: traceIdOf(traceparentFrom(undefined)),
      log: silentLog,
    };
    const eventType = 'document.version.added';
    // Nobody of this number ever wrote, and there is no template: the notification is kept as refused, which costs no send.
    const whatsapp = { number: tenant.whatsappNumber, recipients: ['4917000000000'] };
    await host.call(context, 'rules.set', { id: 'all', eventType, whatsapp, body: '{{ event.data.name }}' });
    const mail = { recipients: [`people@${tenant.id}.example`], subject: '{{ event.data.name }}', body: 'There is a new version.' };
    await host.call(context, 'rules.set', { id: 'mail', eventType, project: 'mail', ...mail });
    await host.call(context, 'replies.set', { id: 'hello', match: { keywords: ['hello'] }, text: 'Hello to you.' });
  } finally {
    await db.close();
  }
}

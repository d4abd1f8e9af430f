import type { TenantContext } from '@etis/contracts/context';
import { traceIdOf, traceparentFrom } from '@etis/kernel';
import { errors } from '../errors.ts';
import { type Home, readPrivateJson } from '../platform/home.ts';
import type { Role } from '../roles/role.ts';
import { createGraphEndpoint } from './graph-endpoint.ts';
import { createMailSink } from './mail-sink.ts';
import { readDemonstrationSecret } from './secret.ts';
import { type SeedTarget, seedDemonstration } from './seed.ts';
import { createSentRoutes } from './sent-routes.ts';
import { demonstrationTenants, whatsappConnection } from './tenants.ts';

/**
 * Seeds the made-up tenants, and stands in for the outside where the settings name none: a mailbox and a Graph API that pass nothing on, a folder
 * for documents.
 */
export const demonstration: Role = {
  domains: [],
  spine: null,
  async prepare(node) {
    const { control, hosts, home, log, run, mount } = node;
    if (control === null) throw new Error('the demonstration needs the control plane in its own process');
    const context = {
      actor: { kind: 'system', id: 'demonstration' },
      tenant: null,
      trace: traceIdOf(traceparentFrom(undefined)),
      log,
    } as const;
    const nudge: SeedTarget['nudge'] = async (tenant, cluster, operation, input) => {
      const asTenant: TenantContext = { ...context, tenant };
      return await hosts.get(cluster)?.call(asTenant, operation, input);
    };
    await seedDemonstration({ control, context, home, nudge });
    const sink = createMailSink({ file: home.sentMail, log });
    const graph = createGraphEndpoint({
      numbers: demonstrationTenants.map(({ whatsapp }) => whatsapp.number),
      statuses: { url: () => callbackAddress(home), secret: (await readDemonstrationSecret(home.demonstrationWhatsApp)).secret },
      log,
    });
    mount(
      createSentRoutes({
        sink,
        graph,
        async conversation(id) {
          const tenant = demonstrationTenants.find((one) => one.id === id);
          return tenant === undefined ? { items: [] } : await nudge(id, `nudge-${tenant.tier}`, 'messages.list', { limit: 50 });
        },
      }),
    );
    if (node.kindSettings.mail === null) {
      await run(sink);
      node.kindSettings = { ...node.kindSettings, mail: sink.mail() };
    }
    if (node.kindSettings.whatsapp === null) {
      await run(graph);
      node.kindSettings = { ...node.kindSettings, whatsapp: graph.settings() };
    }
    if (node.kindSettings.documents === null) {
      node.kindSettings = { ...node.kindSettings, documents: { store: { kind: 'folder', path: home.documents } } };
    }
  },
};

/** Where this platform takes WhatsApp's notifications. @throws ETIS_NOT_RUNNING before it listens */
async function callbackAddress(home: Home): Promise<string> {
  const running = await readPrivateJson<{ url: string }>(home.running);
  if (running === null) throw errors.NOT_RUNNING('its address');
  return `${running.url}/hooks/${whatsappConnection}`;
}

import type { TenantContext } from '@etis/contracts/context';
import { traceIdOf, traceparentFrom } from '@etis/kernel';
import type { Role } from '../roles/role.ts';
import { createMailSink } from './mail-sink.ts';
import { seedDemonstration } from './seed.ts';
import { createSentRoutes } from './sent-routes.ts';

/** Seeds the made-up tenants, and stands in for the outside where the settings name none: a mailbox that passes nothing on, a folder for documents. */
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
    await seedDemonstration({
      control,
      context,
      home,
      async nudge(tenant, cluster, operation, input) {
        const asTenant: TenantContext = { ...context, tenant };
        await hosts.get(cluster)?.call(asTenant, operation, input);
      },
    });
    const sink = createMailSink({ file: home.sentMail, log });
    mount(createSentRoutes(sink));
    if (node.kindSettings.mail === null) {
      await run(sink);
      node.kindSettings = { ...node.kindSettings, mail: sink.mail() };
    }
    if (node.kindSettings.documents === null) {
      node.kindSettings = { ...node.kindSettings, documents: { store: { kind: 'folder', path: home.documents } } };
    }
  },
};

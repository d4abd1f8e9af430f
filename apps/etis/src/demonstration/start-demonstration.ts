import type { TenantContext } from '@etis/contracts/context';
import type { RouteModule } from '@etis/contracts/http';
import type { Log } from '@etis/contracts/log';
import type { Control } from '@etis/control';
import { type Config, type MailConfig, type Service, traceIdOf, traceparentFrom } from '@etis/kernel';
import type { ClusterHost } from '@etis/runtime';
import type { Home } from '../platform/home.ts';
import { createMailSink } from './mail-sink.ts';
import { seedDemonstration } from './seed.ts';
import { createSentRoutes } from './sent-routes.ts';

/** What the demonstration adds to a platform: a mailbox of its own, unless a mail server is configured. */
export interface Demonstration {
  readonly mail: MailConfig | null;
  readonly routes: readonly RouteModule[];
}

/** Seeds the made-up tenants and starts the mailbox. */
export async function startDemonstration(options: {
  config: Config;
  control: Control;
  hosts: ReadonlyMap<string, ClusterHost>;
  home: Home;
  log: Log;
  run: <T extends Service>(service: T) => Promise<T>;
}): Promise<Demonstration> {
  const { config, control, hosts, home, log } = options;
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
  if (config.mail !== null) return { mail: null, routes: [createSentRoutes(sink)] };
  await options.run(sink);
  return { mail: sink.mail(), routes: [createSentRoutes(sink)] };
}

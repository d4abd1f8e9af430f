import { join } from 'node:path';
import { createTelemetry } from '@etis/agent';
import type { RouteModule } from '@etis/contracts/http';
import type { Meter } from '@etis/contracts/telemetry';
import { systemClock } from '@etis/kernel';
import type { Node } from './node.ts';
import { nodeName } from './part-identity.ts';

/**
 * Reports how loaded this process is and by whom: to the platform, under the name of its listener's part, with what it does not take waiting on the
 * disk; and where the settings ask for it, in the terms of OpenTelemetry and to Prometheus.
 */
export async function reportLoad(
  node: Pick<Node, 'parts' | 'meter' | 'roles' | 'home' | 'config' | 'log' | 'run' | 'mount'>,
): Promise<void> {
  const { parts, meter, roles, home, log, run } = node;
  const { identity, subscriber } = parts.of('edge');
  if (identity === null || subscriber === null) return;
  const folder = join(home.link, identity.id, 'reports');
  const telemetry = createTelemetry({ subscriber: identity.id, roles, sink: subscriber.telemetry, folder, clock: systemClock, log });
  await run(telemetry);
  const open = await openMetrics(node);
  meter.reportTo(open === null ? telemetry.meter : both(telemetry.meter, open));
}

/** Loaded only where it is asked for, because most of a start is loading. */
async function openMetrics({ config, log, run, mount }: Pick<Node, 'config' | 'log' | 'run' | 'mount'>): Promise<Meter | null> {
  if (config.otlpEndpoint === null && !config.metrics) return null;
  const { createOpenTelemetry } = await import('@etis/agent/open-telemetry');
  const service = { name: config.installation, instance: nodeName(config) };
  const { meter, prometheus } = await run(createOpenTelemetry({ service, endpoint: config.otlpEndpoint, log }));
  if (config.metrics) mount(metricsRoute(prometheus));
  return meter;
}

function metricsRoute(prometheus: () => Promise<string>): RouteModule {
  const exempt = 'who stopped something has to see what it does';
  return {
    prefix: '/metrics',
    async register(app) {
      app.get('/', { config: { permission: 'telemetry.read', directives: { exempt } } }, async (_request, reply) =>
        reply.type('text/plain; version=0.0.4; charset=utf-8').send(await prometheus()),
      );
    },
  };
}

function both(one: Meter, other: Meter): Meter {
  return {
    work(done) {
      one.work(done);
      other.work(done);
    },
    watchQueues(read) {
      one.watchQueues(read);
      other.watchQueues(read);
    },
  };
}

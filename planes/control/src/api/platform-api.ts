import type { SpineQueries } from '@etis/contracts/flow';
import type { RouteModule } from '@etis/contracts/http';
import type { SpineLookups, SpineOperations } from '@etis/contracts/operations';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Connections } from '../connections/connections.ts';
import type { ApiApp } from './api-app.ts';
import { type AuditRoutesOptions, auditRoutes } from './audit/audit-routes.ts';
import type { ChangeFeed } from './changes/change-feed.ts';
import { changeRoutes } from './changes/change-routes.ts';
import { clusterRoutes } from './clusters/cluster-routes.ts';
import { answerNotModified } from './conditional/conditional-requests.ts';
import type { ConfigurationRoutesOptions } from './configuration/configuration-options.ts';
import { configurationRoutes } from './configuration/configuration-routes.ts';
import { connectionRoutes } from './connections/connection-routes.ts';
import { sourceRoutes } from './connections/source-routes.ts';
import { deadLetterRoutes } from './dead-letters/dead-letter-routes.ts';
import { type DirectiveRoutesOptions, directiveRoutes } from './directives/directive-routes.ts';
import { eventRoutingRoutes } from './event-routing/event-routing-routes.ts';
import { eventRoutes } from './events/event-routes.ts';
import { exactValidatorCompiler } from './exact-validation.ts';
import { type FleetRoutesOptions, fleetRoutes } from './fleet/fleet-routes.ts';
import type { IdempotencyStore } from './idempotency/idempotency-store.ts';
import { answerOnce } from './idempotency/idempotent-requests.ts';
import { jobRoutes } from './jobs/job-routes.ts';
import { type KeyRoutesOptions, keyRoutes } from './keys/key-routes.ts';
import { laneRoutes } from './lanes/lane-routes.ts';
import { lateSerializerCompiler } from './late-serialization.ts';
import { located } from './located-error.ts';
import { documentRoutes } from './openapi/document-routes.ts';
import { placementRoutes } from './placements/placement-routes.ts';
import { recordRoutes } from './record/record-routes.ts';
import { replayRoutes } from './replays/replay-routes.ts';
import { resolverRoutes } from './resolver/resolver-routes.ts';
import { type ScheduleRoutesOptions, scheduleRoutes } from './schedules/schedule-routes.ts';
import { sentRoutes } from './sent/sent-routes.ts';
import { type StatusRoutesOptions, statusRoutes } from './status/status-routes.ts';
import { type TelemetryRoutesOptions, telemetryRoutes } from './telemetry/telemetry-routes.ts';
import { tenantRoutes } from './tenants/tenant-routes.ts';
import { unmatchedRoutes } from './unmatched/unmatched-routes.ts';

/** What the resources are made of. */
export type Resources = StatusRoutesOptions &
  ScheduleRoutesOptions &
  ConfigurationRoutesOptions &
  DirectiveRoutesOptions &
  FleetRoutesOptions &
  KeyRoutesOptions &
  AuditRoutesOptions &
  TelemetryRoutesOptions &
  Parameters<typeof clusterRoutes>[1] &
  Parameters<typeof placementRoutes>[1] &
  Parameters<typeof resolverRoutes>[1] &
  Parameters<typeof sourceRoutes>[1] &
  Parameters<typeof sentRoutes>[1] & {
    readonly spine: SpineQueries & SpineLookups;
    readonly operations: SpineOperations;
    readonly connections: Connections;
    readonly feed: ChangeFeed;
  };

/** The platform API, `/api/v1`. Requests that do not fit their schema are CONTROL_INPUT_INVALID, with every place that does not. */
export function createPlatformApi(options: Resources & { readonly idempotency: IdempotencyStore }): RouteModule {
  return {
    prefix: '/api/v1',
    async register(app) {
      app.setValidatorCompiler(exactValidatorCompiler);
      app.setSerializerCompiler(lateSerializerCompiler);
      // Thrown again, it reaches the listener's own handler, which makes a problem of it.
      app.setErrorHandler((error, request) => {
        const { params, query, body, routeOptions } = request;
        throw located(error, { params, query, body, bodySchema: routeOptions.schema?.body });
      });
      // A listener that closes waits for its streams.
      app.addHook('preClose', async () => options.feed.end());
      answerOnce(app, options.idempotency);
      answerNotModified(app);
      const typed = app.withTypeProvider<TypeBoxTypeProvider>();
      documentRoutes(typed, { described });
      resourceRoutes(typed, options);
    },
  };
}

/** The resources as the document describes them: nothing of them is called. */
export async function described(app: Parameters<RouteModule['register']>[0]): Promise<void> {
  app.setValidatorCompiler(exactValidatorCompiler);
  app.setSerializerCompiler(lateSerializerCompiler);
  resourceRoutes(app.withTypeProvider<TypeBoxTypeProvider>(), {} as Resources);
}

/** In the order of the document. */
function resourceRoutes(app: ApiApp, resources: Resources): void {
  statusRoutes(app, resources);
  eventRoutingRoutes(app, resources);
  recordRoutes(app, resources);
  changeRoutes(app, resources);
  tenantRoutes(app, resources);
  placementRoutes(app, resources);
  resolverRoutes(app, resources);
  clusterRoutes(app, resources);
  sourceRoutes(app, resources);
  connectionRoutes(app, resources);
  eventRoutes(app, resources);
  unmatchedRoutes(app, resources);
  replayRoutes(app, resources);
  laneRoutes(app, resources);
  deadLetterRoutes(app, resources);
  jobRoutes(app, resources);
  scheduleRoutes(app, resources);
  sentRoutes(app, resources);
  configurationRoutes(app, resources);
  directiveRoutes(app, resources);
  fleetRoutes(app, resources);
  keyRoutes(app, resources);
  auditRoutes(app, resources);
  telemetryRoutes(app, resources);
}

import type { TelemetryDesk } from '@etis/contracts/command';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { alertsQuery, alertsReply, exampleAlert, exampleLoad, exampleMinute, loadHistoryReply, loadReply } from './telemetry-schemas.ts';

const tag = 'telemetry';
const permission = 'telemetry.read';
const exempt = 'what is wrong has to be seen while anything is stopped';
const defaultLimit = 50;

export interface TelemetryRoutesOptions {
  readonly telemetry: TelemetryDesk;
}

/** How loaded the installation is, by whom, and what is wrong with it. */
export function telemetryRoutes(app: ApiApp, { telemetry }: TelemetryRoutesOptions): void {
  app.get(
    '/load',
    operation({
      id: 'getLoad',
      tag,
      summary: 'Shows what every subscriber last reported of its load, and which tenants make it',
      permission,
      exempt,
      reply: loadReply,
      example: { reply: { subscribers: [exampleLoad] } },
    }),
    async ({ etis }) => ({ subscribers: await telemetry.load(etis) }),
  );

  app.get(
    '/load/history',
    operation({
      id: 'getLoadHistory',
      tag,
      summary: 'Shows what was done in the last hour, by minute and kind of work',
      permission,
      exempt,
      reply: loadHistoryReply,
      example: { reply: { minutes: [exampleMinute] } },
    }),
    async ({ etis }) => ({ minutes: await telemetry.history(etis) }),
  );

  app.get(
    '/alerts',
    operation({
      id: 'showAlerts',
      tag,
      summary: 'Lists the newest alerts of the health rules',
      permission,
      exempt,
      query: alertsQuery,
      reply: alertsReply,
      example: { query: { open: true, limit: 20 }, reply: { alerts: [exampleAlert] } },
    }),
    async ({ etis, query: { open = true, limit = defaultLimit } }) => ({ alerts: await telemetry.alerts(etis, { open, limit }) }),
  );
}

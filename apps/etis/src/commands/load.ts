import type { Alert, LoadView } from '@etis/contracts/command';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { type Output, table, terminal } from '../output.ts';
import { type ShowOptions, showing } from './listing.ts';

export interface ShowAlertsOptions extends ShowOptions {
  /** Those that are over too. */
  readonly all?: boolean;
  readonly limit?: string;
}

export async function showLoad(config: Config, options: ShowOptions, output: Output): Promise<void> {
  const reply = await ask<{ subscribers: readonly LoadView[] }>(config, '/api/v1/load', {});
  if (options.json) output.json(reply);
  else if (reply.subscribers.length === 0) output.line('Nobody has reported in the last minute.');
  else output.line(table(['SUBSCRIBER', 'CPU', 'MEMORY', 'LOOP', 'WAITING', 'OLDEST', 'BUSIEST TENANT'], reply.subscribers.map(loadCells)));
}

export async function showAlerts(config: Config, options: ShowAlertsOptions, output: Output): Promise<void> {
  const query = { open: options.all !== true, ...(options.limit === undefined ? {} : { limit: Number(options.limit) }) };
  const reply = await ask<{ alerts: readonly Alert[] }>(config, '/api/v1/alerts', { params: { query } });
  if (options.json) output.json(reply);
  else if (reply.alerts.length === 0) output.line(query.open ? 'Nothing is wrong.' : 'Nothing was wrong.');
  else {
    const rows = reply.alerts.map(({ raisedAt, clearedAt, severity, rule, text }) => [raisedAt, clearedAt ?? '', severity, rule, text]);
    output.line(table(['RAISED', 'CLEARED', 'SEVERITY', 'RULE', 'WHAT'], rows));
  }
}

function loadCells({ subscriber, process: { cpu, rssBytes, eventLoopDelayMs }, queues, byTenant }: LoadView): readonly string[] {
  const waiting = queues.reduce((sum, { depth }) => sum + depth, 0);
  const oldestMs = queues.reduce((oldest, queue) => Math.max(oldest, queue.oldestMs), 0);
  const busiest = byTenant.find(({ tenant }) => tenant !== null);
  return [
    subscriber,
    percent(cpu),
    `${Math.round(rssBytes / 1_048_576)} MiB`,
    `${Math.round(eventLoopDelayMs)} ms`,
    String(waiting),
    `${Math.round(oldestMs / 1_000)} s`,
    busiest === undefined ? '' : `${busiest.tenant} ${percent(busiest.share)}`,
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** The routes of telemetry, with the contract's types. */
async function ask<T>(config: Config, path: string, init: object): Promise<T> {
  const { platform } = await createApiClient(config);
  const call = platform as unknown as { get: (path: string, init: object) => Promise<{ data: unknown }> };
  return (await call.get(path, init)).data as T;
}

/** `etis load` and `etis alerts`. */
export function registerLoad(program: Command): void {
  showing(program.command('load'), 'how loaded every part is, and which tenant makes it').action((options: ShowOptions) =>
    showLoad(readEnvironment(), options, terminal),
  );
  showing(program.command('alerts'), 'what is wrong now')
    .option('--all', 'what is over too')
    .option('--limit <n>', 'how many, 1 to 200', '50')
    .action((options: ShowAlertsOptions) => showAlerts(readEnvironment(), options, terminal));
}

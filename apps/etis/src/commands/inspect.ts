import type { DeadLetter, EventSummary, Flow, LaneDepth, Page, UnmatchedSummary } from '@etis/contracts/flow';
import type { EvolutionRow } from '@etis/control';
import { type Config, redactConfig } from '@etis/kernel';
import chosenEvolution from '../../../../etis.config.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import type { SentMail } from '../demonstration/mail-sink.ts';
import { evolutionRows } from '../evolution/evolution.ts';
import { clockTime, type Output, table } from '../output.ts';
import { flowLines } from './flow-lines.ts';

/** What every looking command takes. */
export interface InspectOptions {
  readonly json?: boolean;
}

interface Status {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly governanceVersion: number;
  readonly checks: readonly { name: string; ok: boolean; detail: string | null }[];
}

export async function status(config: Config, options: InspectOptions, output: Output): Promise<void> {
  const api = await createApiClient(config);
  const [state, lanes] = await Promise.all([api.get<Status>('/api/v1/status'), api.get<{ items: LaneDepth[] }>('/api/v1/lanes')]);
  if (options.json) return output.json({ url: api.url, ...state, lanes: lanes.items });
  output.line(`etiS ${state.version} at ${api.url}, up for ${state.uptimeSeconds} s, governed by version ${state.governanceVersion}`);
  output.line();
  output.line(
    table(
      ['CHECK', 'STATE', ''],
      state.checks.map((check) => [check.name, check.ok ? 'ok' : 'failing', check.detail ?? '']),
    ),
  );
  output.line();
  output.line(
    lanes.items.length === 0
      ? 'No lanes yet: nothing was routed.'
      : table(
          ['LANE', 'WAITING', 'PARKED', 'DEAD LETTERS'],
          lanes.items.map((lane) => [lane.lane, `${lane.waiting}`, `${lane.parked}`, `${lane.deadLetters}`]),
        ),
  );
}

export interface ListOptions extends InspectOptions {
  readonly tenant?: string;
  readonly type?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

function listQuery(options: ListOptions): Record<string, string | undefined> {
  return { tenant: options.tenant, type: options.type, limit: options.limit, cursor: options.cursor };
}

export async function events(config: Config, options: ListOptions & { unmatched?: boolean }, output: Output): Promise<void> {
  const api = await createApiClient(config);
  if (options.unmatched) return unmatched(api, options, output);
  const page = await api.get<Page<EventSummary>>('/api/v1/events', listQuery(options));
  if (options.json) return output.json(page);
  if (page.items.length === 0)
    return output.line('No events. "npm run demo" sends one; "etis events --unmatched" shows what could not be placed.');
  output.line(
    table(
      ['ACCEPTED', 'TYPE', 'TENANT', 'PROJECT', 'FLOW'],
      page.items.map((event) => [clockTime(event.acceptedAt), event.type, event.tenant, event.project ?? '', event.flow]),
    ),
  );
  more(page, output);
}

async function unmatched(api: ApiClient, options: ListOptions, output: Output): Promise<void> {
  const page = await api.get<Page<UnmatchedSummary>>('/api/v1/unmatched', listQuery(options));
  if (options.json) return output.json(page);
  if (page.items.length === 0) return output.line('Nothing is unmatched: every delivery found its tenant.');
  output.line(
    table(
      ['AT', 'REASON', 'CONNECTION', 'DELIVERY', 'DETAIL'],
      page.items.map((item) => [clockTime(item.at), item.reason, item.connection, item.delivery, item.detail.slice(0, 80)]),
    ),
  );
  more(page, output);
}

export async function deadLetters(config: Config, options: ListOptions, output: Output): Promise<void> {
  const api = await createApiClient(config);
  const page = await api.get<Page<DeadLetter>>('/api/v1/dead-letters', listQuery(options));
  if (options.json) return output.json(page);
  if (page.items.length === 0) return output.line('No dead letters: nothing has used up its attempts.');
  output.line(
    table(
      ['AT', 'KIND', 'WHERE', 'TENANT', 'ATTEMPTS', 'EVENT', 'ERROR'],
      page.items.map((item) => [
        clockTime(item.at),
        item.kind,
        item.where,
        item.tenant,
        `${item.attempts}`,
        item.event,
        item.error.slice(0, 80),
      ]),
    ),
  );
  more(page, output);
}

export async function flow(config: Config, id: string, options: InspectOptions, output: Output): Promise<void> {
  const api = await createApiClient(config);
  const found = await api.get<Flow>(`/api/v1/flows/${encodeURIComponent(id)}`);
  if (options.json) return output.json(found);
  for (const line of flowLines(found)) output.line(line);
}

export async function sent(config: Config, options: ListOptions, output: Output): Promise<void> {
  const api = await createApiClient(config);
  const { items } = await api.get<{ items: SentMail[] }>('/api/v1/sent', { limit: options.limit });
  if (options.json) return output.json({ items });
  if (items.length === 0) return output.line('The demonstration has received no mail yet. "npm run demo" causes one.');
  output.line(
    table(
      ['AT', 'TO', 'SUBJECT', 'MESSAGE ID'],
      items.map((mail) => [clockTime(mail.at), mail.to.join(', '), mail.subject, mail.messageId]),
    ),
  );
}

export function showConfig(config: Config, options: InspectOptions, output: Output): void {
  const shown = redactConfig(config);
  if (options.json) output.json(shown);
  else
    output.line(
      table(
        ['SETTING', 'VALUE'],
        Object.entries(shown).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      ),
    );
}

export function evolution(options: InspectOptions, output: Output): void {
  const rows = evolutionRows(chosenEvolution);
  if (options.json) {
    output.json({ capabilities: rows });
    return;
  }
  output.line('Where this installation stands, capability by capability (etis.config.ts):');
  for (const row of rows) for (const line of evolutionLines(row)) output.line(line);
}

function evolutionLines(row: EvolutionRow): string[] {
  return [
    '',
    `${row.title}: ${row.driver} (${row.is})`,
    `  embedded   ${row.embedded}`,
    `  realised   ${row.realised}`,
    `  proposed   ${row.proposed}`,
    `  a change needs ${row.change}`,
  ];
}

function more(page: Page<unknown>, output: Output): void {
  if (page.next !== null) output.line(`\nThere are more: add --cursor ${page.next}`);
}

import type { Event, Lane } from '@etis/client';
import type { EvolutionRow } from '@etis/control';
import { type Config, EtisError, redactConfig } from '@etis/kernel';
import chosenEvolution from '../../../../etis.config.ts';
import { createApiClient } from '../api-client.ts';
import type { ReceivedMessage } from '../demonstration/graph-endpoint.ts';
import type { SentMail } from '../demonstration/mail-sink.ts';
import { evolutionRows } from '../evolution/evolution.ts';
import { clockTime, type Output, table } from '../output.ts';
import { flowLines } from './flow-lines.ts';
import { laneColumns } from './lanes.ts';
import { given, type PageOptions, pageQuery, printPage, type ShowOptions } from './listing.ts';
import { listUnmatched } from './unmatched.ts';

/** What every looking command takes. */
export type InspectOptions = ShowOptions;

export async function status(config: Config, options: InspectOptions, output: Output): Promise<void> {
  const api = await createApiClient(config);
  const lanes: Lane[] = [];
  const { data: state } = await api.platform.get('/api/v1/status');
  for await (const lane of api.platform.items('/api/v1/lanes', { params: { query: { limit: 200 } } })) lanes.push(lane);
  if (options.json) return output.json({ url: api.url, ...state, lanes });
  output.line(`etiS ${state.version} at ${api.url}, up for ${state.uptimeSeconds} s, governed by version ${state.governanceVersion}`);
  output.line();
  output.line(
    table(
      ['CHECK', 'STATE', ''],
      state.checks.map((check) => [check.name, check.ok ? 'ok' : 'failing', check.detail ?? '']),
    ),
  );
  output.line();
  output.line(lanes.length === 0 ? 'No lanes yet: nothing was routed.' : table(laneColumns.titles, lanes.map(laneColumns.cells)));
}

export interface ListOptions extends PageOptions {
  readonly tenant?: string;
  readonly type?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
}

export async function events(config: Config, options: ListOptions & { unmatched?: boolean }, output: Output): Promise<void> {
  if (options.unmatched) return listUnmatched(config, options, output);
  const { platform } = await createApiClient(config);
  const { tenant, type, subject, from, to, text } = options;
  const query = { ...pageQuery(options), ...given({ tenant, type, subject, from, to, text }) };
  const { data } = await platform.get('/api/v1/events', { params: { query } });
  const columns = {
    titles: ['ACCEPTED', 'TYPE', 'TENANT', 'PROJECT', 'FLOW'],
    cells: (event: Event) => [clockTime(event.acceptedAt), event.type, event.tenant, event.project ?? '', event.flow],
    none: 'No events. "npm run demo" sends one; "etis events --unmatched" shows what could not be placed.',
  };
  printPage(output, options, { page: data, columns });
}

export async function flow(config: Config, id: string, options: InspectOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data: found } = await platform.get('/api/v1/flows/{id}', { params: { path: { id } } });
  if (options.json) return output.json(found);
  for (const line of flowLines(found)) output.line(line);
}

export async function sent(config: Config, options: ListOptions, output: Output): Promise<void> {
  const api = await createApiClient(config);
  const { items } = await api.get<{ items: SentMail[] }>('/api/v1/sent', { limit: options.limit });
  const { items: whatsapp } = await api.get<{ items: ReceivedMessage[] }>('/api/v1/sent/whatsapp', { limit: options.limit });
  if (options.json) return output.json({ items, whatsapp });
  if (items.length + whatsapp.length === 0)
    return output.line('The demonstration has received nothing yet. "npm run demo" causes something.');
  const rows = [
    ...items.map((mail) => ({ at: mail.at, row: ['mail', mail.to.join(', '), mail.subject, mail.messageId] })),
    ...whatsapp.map((message) => ({ at: message.at, row: ['whatsapp', message.to, message.text.slice(0, 80), message.messageId] })),
  ].toSorted((one, other) => (one.at < other.at ? 1 : -1));
  output.line(
    table(
      ['AT', 'BY', 'TO', 'SUBJECT OR TEXT', 'MESSAGE ID'],
      rows.map(({ at, row }) => [clockTime(at), ...row]),
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

export async function evolution(config: Config, options: InspectOptions, output: Output): Promise<void> {
  const rows = await evolutionOf(config);
  if (options.json) {
    output.json({ capabilities: rows });
    return;
  }
  output.line('Where this installation stands, capability by capability:');
  for (const row of rows) for (const line of evolutionLines(row)) output.line(line);
}

/** As the running platform says; without one, what the settings say. */
async function evolutionOf(config: Config): Promise<readonly EvolutionRow[]> {
  try {
    const { platform } = await createApiClient(config);
    return (await platform.get('/api/v1/status')).data.evolution;
  } catch (error) {
    if (!(error instanceof EtisError) || error.code !== 'ETIS_NOT_RUNNING') throw error;
    return evolutionRows(chosenEvolution, { 'event-routing': null });
  }
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

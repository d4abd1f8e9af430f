import type { Unmatched } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { clockTime, type Output, terminal } from '../output.ts';
import { type Confirmed, confirmed } from './confirm.ts';
import { given, listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing, whole } from './listing.ts';

export async function listUnmatched(config: Config, options: PageOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/unmatched', { params: { query: pageQuery(options) } });
  const columns = {
    titles: ['AT', 'REASON', 'CONNECTION', 'DELIVERY', 'DETAIL'],
    cells: (item: Unmatched) => [clockTime(item.at), item.reason, item.connection, item.delivery, item.detail.slice(0, 80)],
    none: 'Nothing is unmatched: every delivery found its tenant.',
  };
  printPage(output, options, { page: data, columns });
}

export interface MapOptions extends ShowOptions {
  readonly project?: string;
  readonly region?: string;
  readonly product?: string;
}

export async function mapUnmatched(
  config: Config,
  mapping: { delivery: string; tenant: string; system: string; kind: string; externalId: string },
  options: MapOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { delivery, ...entry } = mapping;
  const { data } = await platform.post('/api/v1/unmatched/{delivery}/map', {
    params: { path: { delivery } },
    body: { ...entry, ...given({ project: options.project, region: options.region, product: options.product }) },
  });
  const sentence = `The ${entry.system} ${entry.kind} belongs to ${entry.tenant} now: ${data.placed} placed, ${data.unmatched} still unmatched.`;
  printDone(output, options, { data, sentence });
}

export interface ReplayOptions extends ShowOptions {
  readonly connection?: string;
  readonly reason?: string;
  readonly limit: number;
}

/** One delivery, or without one those that the options name. */
export async function replayUnmatched(config: Config, delivery: string | undefined, options: ReplayOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  if (delivery !== undefined) {
    const { data } = await platform.post('/api/v1/unmatched/{delivery}/replay', { params: { path: { delivery } } });
    return printDone(output, options, { data, sentence: `${data.placed} placed, ${data.unmatched} still unmatched.` });
  }
  const body = { limit: options.limit, ...given({ connection: options.connection, reason: options.reason }) };
  const { data } = await platform.post('/api/v1/unmatched/replay', { body });
  printDone(output, options, { data, sentence: `${data.changed} deliveries replayed${data.more ? '; there are more' : ''}.` });
}

export interface DiscardOptions extends ShowOptions, Confirmed {
  readonly connection?: string;
  readonly why?: string;
  readonly limit: number;
  readonly reason: string;
}

/** One delivery, or without one those that the options name. @throws ETIS_NOT_CONFIRMED where the answer is no */
export async function discardUnmatched(
  config: Config,
  delivery: string | undefined,
  options: DiscardOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { reason, limit, connection, why } = options;
  if (delivery !== undefined) {
    await confirmed(options, `What is unmatched of ${delivery} is never routed. Give it up? [y/N] `);
    const { data } = await platform.post('/api/v1/unmatched/{delivery}/discard', { params: { path: { delivery } }, body: { reason } });
    return printDone(output, options, { data, sentence: `${data.delivery} is given up.` });
  }
  await confirmed(options, `Up to ${limit} unmatched deliveries are never routed. Give them up? [y/N] `);
  const { data } = await platform.post('/api/v1/unmatched/discard', { body: { reason, limit, ...given({ connection, why }) } });
  printDone(output, options, { data, sentence: `${data.changed} deliveries are given up${data.more ? '; there are more' : ''}.` });
}

/** `etis unmatched list | map | replay | discard`. */
export function registerUnmatched(program: Command): void {
  const unmatched = program.command('unmatched').description('deliveries that could not be read or placed');
  listing(unmatched.command('list', { isDefault: true }), 'what is unmatched, with the reason').action((options: PageOptions) =>
    listUnmatched(readEnvironment(), options, terminal),
  );
  showing(unmatched.command('map'), 'say whose an external id is, and route the delivery again')
    .argument('<delivery>')
    .argument('<tenant>')
    .argument('<system>', 'for example autodesk')
    .argument('<kind>', 'for example project')
    .argument('<external-id>')
    .option('--project <name>', "the tenant's project")
    .option('--region <name>')
    .option('--product <id>', 'where directed events of the id go')
    .action((delivery: string, tenant: string, system: string, kind: string, externalId: string, options: MapOptions) =>
      mapUnmatched(readEnvironment(), { delivery, tenant, system, kind, externalId }, options, terminal),
    );
  showing(unmatched.command('replay'), 'route a delivery again, or many')
    .argument('[delivery]', 'without one, those that the options name, the oldest first')
    .option('--connection <id>')
    .option('--reason <reason>', 'for example unresolved')
    .option('--limit <n>', 'how many at most, 1 to 1000', whole, 100)
    .action((delivery: string | undefined, options: ReplayOptions) => replayUnmatched(readEnvironment(), delivery, options, terminal));
  showing(unmatched.command('discard'), 'give up what is unmatched of a delivery, or of many')
    .argument('[delivery]', 'without one, those that the options name, the oldest first')
    .requiredOption('--reason <text>', 'why; it is kept with the record of the action')
    .option('--connection <id>')
    .option('--why <reason>', 'only what is unmatched for it, for example unresolved')
    .option('--limit <n>', 'how many at most, 1 to 1000', whole, 100)
    .option('--yes', 'do not ask')
    .action((delivery: string | undefined, options: DiscardOptions) => discardUnmatched(readEnvironment(), delivery, options, terminal));
}

import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Replay } from '@etis/client';
import type { Config } from '@etis/kernel';
import { errorText } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { errors } from '../errors.ts';
import { clockTime, type Output, printable, table, terminal } from '../output.ts';
import { type Confirmed, confirmed } from './confirm.ts';
import { given, listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing, whole } from './listing.ts';

interface SelectionOptions extends ShowOptions {
  readonly from?: string;
  readonly to?: string;
  readonly tenant?: string;
  readonly type?: string;
  readonly filter?: string;
  readonly flow?: string;
  readonly event?: string;
  readonly product?: string;
  readonly cluster?: string;
  readonly connection?: string;
}

export interface StartOptions extends SelectionOptions, Confirmed {
  readonly reason?: string;
  readonly rate?: number;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
}

const lookEveryMs = 500;

/** What the options mean, and into whose lanes it goes. */
function ordered({ from, to, tenant, type, filter, flow, event, connection, product, cluster }: SelectionOptions) {
  return { selection: given({ from, to, tenant, type, filter, flow, event, connection }), target: given({ product, cluster }) };
}

/** Shows what it would do, asks, begins, and watches. @throws ETIS_NOT_CONFIRMED where the answer is no, ETIS_REASON_MISSING */
export async function startReplay(config: Config, options: StartOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const order = ordered(options);
  const { data: preview } = await platform.post('/api/v1/replays/preview', { body: order });
  if (options.dryRun === true) {
    if (options.json) return output.json(preview);
    output.line(`${preview.complete ? '' : 'More than '}${preview.events} events, ${preview.unplaced} of which nobody takes today.`);
    const rows = [
      ...preview.byType.map(({ type, events }) => ['type', type, `${events}`]),
      ...preview.byLane.map(({ lane, events }) => ['lane', lane, `${events}`]),
    ];
    if (rows.length > 0) output.line(table(['BY', '', 'EVENTS'], rows));
    const { differences } = preview;
    if (differences !== undefined) {
      const { deliveries, changed, added, gone, sample } = differences;
      output.line(`${deliveries} deliveries read again: ${changed} events changed, ${added} added, ${gone} not made any more.`);
      for (const one of sample) output.line(`  ${one.change.padEnd(7)} ${one.event} ${printable(one.paths.join(' '))}`);
    }
    return output.line('Nothing was changed.');
  }
  if (options.reason === undefined) throw errors.REASON_MISSING();
  const question = `${preview.events} events are given to their products once more; mails and messages that follow from them are sent again. Begin? [y/N] `;
  await confirmed(options, question);
  const body = { ...order, reason: options.reason, ...given({ perSecond: options.rate }) };
  let { data: replay } = await platform.post('/api/v1/replays', { body });
  while (options.watch !== false && replay.state === 'running') {
    if (!options.json) output.line(progressLine(replay));
    await wait(lookEveryMs);
    ({ data: replay } = await platform.get('/api/v1/replays/{replay}', { params: { path: { replay: replay.id } } }));
  }
  printDone(output, options, { data: replay, sentence: progressLine(replay) });
}

function progressLine({ id, state, progress, replayed, unplaced, error }: Replay): string {
  const why = error === null ? '' : `: ${printable(error)}`;
  return `${id} ${state}${why}, ${Math.floor(progress * 100)} % of the record, ${replayed} events given, ${unplaced} that nobody takes`;
}

export async function listReplays(config: Config, options: PageOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/replays', { params: { query: pageQuery(options) } });
  const columns = {
    titles: ['STARTED', 'STATE', 'RECORD', 'GIVEN', 'UNPLACED', 'REPLAY', 'REASON'],
    cells: (one: Replay) => [
      clockTime(one.startedAt),
      one.state,
      `${Math.floor(one.progress * 100)} %`,
      `${one.replayed}`,
      `${one.unplaced}`,
      one.id,
      printable(one.reason).slice(0, 60),
    ],
    none: 'No replays.',
  };
  printPage(output, options, { page: data, columns });
}

export async function showReplay(config: Config, id: string, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/replays/{replay}', { params: { path: { replay: id } } });
  printDone(output, options, { data, sentence: progressLine(data) });
}

export async function cancelReplay(
  config: Config,
  order: { id: string; reason: string },
  options: ShowOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { id, reason } = order;
  const { data } = await platform.post('/api/v1/replays/{replay}/cancel', { params: { path: { replay: id } }, body: { reason } });
  printDone(output, options, { data, sentence: `${progressLine(data)}. What it has given stays.` });
}

interface TryOptions extends ShowOptions {
  readonly tenant?: string;
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

type HandlerUnderTest = (event: unknown) => unknown;

/** Calls a handler under test with recorded events, newest first, and says what came of each. The platform is only read from. */
export async function tryHandler(config: Config, file: string, options: TryOptions, output: Output): Promise<void> {
  const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  if (typeof module.default !== 'function') throw errors.NO_HANDLER(file);
  const handle = module.default as HandlerUnderTest;
  const { platform } = await createApiClient(config);
  const query = given({ tenant: options.tenant, type: options.type, from: options.from, to: options.to });
  const results: { event: string; type: string; error: string | null }[] = [];
  for await (const { id } of platform.items('/api/v1/events', { params: { query: { ...query, limit: Math.min(200, options.limit) } } })) {
    const { data: event } = await platform.get('/api/v1/events/{event}', { params: { path: { event: id } } });
    const error = await Promise.resolve(event)
      .then(handle)
      .then(() => null, errorText);
    results.push({ event: id, type: event.type, error });
    if (!options.json)
      output.line(`${error === null ? 'ok     ' : 'failed '} ${event.type} ${id}${error === null ? '' : `: ${printable(error)}`}`);
    if (results.length >= options.limit) break;
  }
  if (options.json) return output.json({ results });
  output.line(`${results.length} events, ${results.filter(({ error }) => error !== null).length} failed. Nothing was changed.`);
}

function selecting(command: Command): Command {
  return command
    .option('--from <time>', 'accepted at or after it, RFC 3339; this, --flow or --event has to be there')
    .option('--to <time>', 'accepted before it')
    .option('--tenant <id>', "only this tenant's")
    .option('--type <type>', 'exact, or a prefix that ends in .*')
    .option('--filter <condition>', 'CEL, for example event.data.size > 1000')
    .option('--flow <id>', 'only of this flow')
    .option('--event <id>', 'only this one')
    .option('--product <id>', "into this product's lanes alone")
    .option('--cluster <id>', 'into the lanes of this cluster alone');
}

/** `etis replay start | renormalise | list | show | cancel | try`. */
export function registerReplay(program: Command): void {
  const replay = program.command('replay').description('give events to products once more');
  selecting(showing(replay.command('start'), 'begin a replay and watch it; with --dry-run only say what it would do'))
    .option('--reason <text>', 'why; it is kept with the record of the action')
    .option('--rate <n>', 'events a second at most; 1000 by default', whole)
    .option('--dry-run', 'only say what it would do')
    .option('--no-watch', 'do not wait for its end')
    .option('--yes', 'do not ask')
    .action((options: StartOptions) => startReplay(readEnvironment(), options, terminal));
  showing(
    replay.command('renormalise'),
    "read a connection's deliveries again by today's adapter and mappings, and give what that makes different",
  )
    .requiredOption('--connection <id>')
    .requiredOption('--from <time>', 'accepted at or after it, RFC 3339')
    .option('--to <time>', 'accepted before it')
    .option('--reason <text>', 'why; it is kept with the record of the action')
    .option('--rate <n>', 'events a second at most; 1000 by default', whole)
    .option('--dry-run', 'only say what it would do')
    .option('--no-watch', 'do not wait for its end')
    .option('--yes', 'do not ask')
    .action((options: StartOptions) => startReplay(readEnvironment(), options, terminal));
  listing(replay.command('list', { isDefault: true }), 'replays, newest first').action((options: PageOptions) =>
    listReplays(readEnvironment(), options, terminal),
  );
  showing(replay.command('show'), 'how far a replay is')
    .argument('<replay>')
    .action((id: string, options: ShowOptions) => showReplay(readEnvironment(), id, options, terminal));
  showing(replay.command('cancel'), 'end a replay where it is')
    .argument('<replay>')
    .argument('<reason>', 'why; it is kept with the record of the action')
    .action((id: string, reason: string, options: ShowOptions) => cancelReplay(readEnvironment(), { id, reason }, options, terminal));
  showing(replay.command('try'), "call a handler under test with recorded events; the file's default export is called with each")
    .argument('<file>', 'a module, for example ./handler.ts')
    .option('--tenant <id>', "only this tenant's")
    .option('--type <type>', 'exact, or a prefix that ends in .*')
    .option('--from <time>', 'routed at or after it')
    .option('--to <time>', 'routed before it')
    .option('--limit <n>', 'how many at most', whole, 100)
    .action((file: string, options: TryOptions) => tryHandler(readEnvironment(), file, options, terminal));
}

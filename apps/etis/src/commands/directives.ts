import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { applyLocal, makeBreakGlass, sign, signingKeyFrom } from '@etis/agent';
import type { BlastRadius, Directive, DirectiveReport, DirectiveScope, Rate, RestrictingVerb } from '@etis/contracts/directives';
import type { Signed } from '@etis/contracts/snapshot';
import type { Config } from '@etis/kernel';
import { type Command, InvalidArgumentError } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { errors } from '../errors.ts';
import { clockTime, type Output, printable, terminal } from '../output.ts';
import { homeAt, readPrivate } from '../platform/home.ts';
import { askAtTerminal, type Confirm } from './confirm.ts';
import { given, listing, type PageOptions, pageQuery, printPage, type ShowOptions, showing, whole } from './listing.ts';

export interface OrderOptions extends ShowOptions, DirectiveScope {
  readonly reason: string;
  /** With a throttle: how many, and in how many milliseconds. */
  readonly rate?: Rate;
  /** How long it lasts, in milliseconds; without it until it is resumed. */
  readonly for?: number;
  /** Orders without asking. */
  readonly yes?: boolean;
  /** How long to wait for receipts, in seconds. */
  readonly wait: number;
}

const pollMs = 200;

/** Shows what would be concerned, asks, orders, and prints receipts as they come. */
export async function orderDirective(
  config: Config,
  verb: RestrictingVerb,
  options: OrderOptions,
  { output, confirm }: { output: Output; confirm: Confirm },
): Promise<void> {
  const desk = await openDesk(config);
  const { reason, rate, product, cluster, tenant, connection, kind, feature } = options;
  const scope: DirectiveScope = given({ product, cluster, tenant, connection, kind, feature });
  if (!options.yes) {
    const radius = await desk.send<BlastRadius>('/api/v1/directives/preview', { scope });
    if (!(await confirm(`${radiusText(radius)}\n${verb} ${scopeText(scope)}? [y/N] `))) throw errors.NOT_CONFIRMED();
  }
  const expiresAt = options.for === undefined ? undefined : new Date(Date.now() + options.for).toISOString();
  const report = await desk.send<DirectiveReport>('/api/v1/directives', { verb, scope, reason, ...given({ rate, expiresAt }) });
  await follow(desk, report, options, output);
}

export async function resumeDirectives(
  config: Config,
  ids: readonly string[],
  options: Pick<OrderOptions, 'json' | 'reason' | 'yes' | 'wait'>,
  { output, confirm }: { output: Output; confirm: Confirm },
): Promise<void> {
  const desk = await openDesk(config);
  if (!options.yes) {
    const waiting = await Promise.all(ids.map((id) => backlogText(desk, id)));
    if (!(await confirm(`${waiting.join('\n')}\nresume? What waited is handled in its order. [y/N] `))) throw errors.NOT_CONFIRMED();
  }
  const report = await desk.send<DirectiveReport>('/api/v1/directives/resume', { ends: ids, reason: options.reason });
  await follow(desk, report, options, output);
}

export async function listDirectives(config: Config, options: PageOptions & { readonly all?: boolean }, output: Output): Promise<void> {
  const desk = await openDesk(config);
  const { limit, cursor } = pageQuery(options);
  const page = await desk.get<{ items: readonly DirectiveReport[]; next: string | null }>('/api/v1/directives', {
    limit: limit === undefined ? undefined : String(limit),
    cursor,
    state: options.all ? undefined : 'in-force',
  });
  const columns = {
    titles: ['AT', 'VERB', 'SCOPE', 'STATE', 'RECEIPTS', 'ID', 'REASON'],
    cells: ({ directive, state, receipts }: DirectiveReport) => [
      clockTime(directive.issuedAt),
      directive.verb,
      aboutText(directive),
      state,
      `${receipts.filter(({ receipt }) => receipt?.outcome === 'applied').length} of ${receipts.length}`,
      directive.id,
      directive.reason.slice(0, 80),
    ],
    none: options.all ? 'No directive was ever given.' : 'Nothing is restricted.',
  };
  printPage(output, options, { page, columns });
}

export async function showDirective(config: Config, id: string, options: ShowOptions, output: Output): Promise<void> {
  const desk = await openDesk(config);
  const report = await desk.get<DirectiveReport>(`/api/v1/directives/${encodeURIComponent(id)}`);
  if (options.json) return output.json(report);
  const { directive, state } = report;
  output.line(
    printable(`${directive.verb} ${aboutText(directive)}, ${state}: ${directive.reason} (${directive.by}, ${directive.issuedAt})`),
  );
  for (const line of report.receipts.map(receiptText)) output.line(`  ${line}`);
}

/** Lays a signed order into this node's folder; needs no platform. */
export async function applyDirective(config: Config, file: string, options: ShowOptions, output: Output): Promise<void> {
  const done = await applyLocal(file, homeAt(config.home).breakGlass);
  if (options.json) output.json(done);
  else
    output.line(
      `Laid down for ${done.target}. It takes it within a second where it runs, otherwise at its start; its log says whether it counted.`,
    );
}

interface SignOptions extends DirectiveScope {
  readonly node: string;
  readonly key: string;
  readonly certificate: string;
  readonly installation: string;
  readonly reason: string;
  readonly rate?: Rate;
  /** How long it lasts, in milliseconds. */
  readonly for: number;
}

/** Prints an order for one node, signed by an operator's own key: for when the platform cannot be reached. */
export async function signDirective(verb: RestrictingVerb, options: SignOptions, output: Output): Promise<void> {
  const pem = await readPrivate(options.key);
  if (pem === null) throw errors.FILE_UNREADABLE(options.key, 'it is not there');
  const key = signingKeyFrom(pem);
  const certificate = JSON.parse(await readFile(options.certificate, 'utf8')) as Signed;
  const { product, cluster, tenant, connection, kind, feature, rate } = options;
  const order = makeBreakGlass({
    ...{ installation: options.installation, target: options.node, verb, reason: options.reason, by: `operator/${key.keyId}` },
    scope: given({ product, cluster, tenant, connection, kind, feature }),
    nonce: randomBytes(16).toString('base64url'),
    now: Date.now(),
    lastsMs: options.for,
    sign: (value) => sign(key, 'break-glass', value),
    certificates: [certificate],
    ...given({ rate }),
  });
  output.json(order);
}

/** The routes of directives, with the contract's types. */
interface Desk {
  get<T>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<T>;
  send<T>(path: string, body: object): Promise<T>;
}

async function openDesk(config: Config): Promise<Desk> {
  const { platform } = await createApiClient(config);
  const ask = platform as unknown as Record<'get' | 'post', (path: string, init: object) => Promise<{ data: unknown }>>;
  return {
    get: async <T>(path: string, query = {}) => (await ask.get(path, { params: { query } })).data as T,
    send: async <T>(path: string, body: object) => (await ask.post(path, { body })).data as T,
  };
}

/** Prints each receipt once, until every connected node has answered or the time is over. */
async function follow(desk: Desk, first: DirectiveReport, options: ShowOptions & { wait: number }, output: Output): Promise<void> {
  const told = new Set<string>();
  const until = Date.now() + options.wait * 1_000;
  let report = first;
  if (!options.json) output.line(printable(`${first.directive.verb} ${aboutText(first.directive)} is ordered: ${first.directive.id}`));
  for (;;) {
    const answered = report.receipts.filter(({ receipt }) => receipt !== null);
    if (!options.json) {
      for (const one of answered.filter(({ subscriber }) => !told.has(subscriber))) output.line(`  ${receiptText(one)}`);
    }
    for (const { subscriber } of answered) told.add(subscriber);
    const isOpen = report.receipts.some(({ connected, receipt }) => connected && receipt === null);
    if (!isOpen || Date.now() >= until) break;
    await delay(pollMs);
    report = await desk.get<DirectiveReport>(`/api/v1/directives/${first.directive.id}`);
  }
  if (options.json) return output.json(report);
  for (const one of report.receipts.filter(({ receipt }) => receipt === null)) output.line(`  ${receiptText(one)}`);
}

function receiptText({ subscriber, connected, receipt }: DirectiveReport['receipts'][number]): string {
  if (receipt === null) {
    return printable(`${subscriber}  ${connected ? 'has not answered yet' : 'is not connected; it applies it when it comes back'}`);
  }
  const what = receipt.outcome === 'applied' ? 'applied' : `refused: ${receipt.reason ?? 'no reason given'}`;
  return printable(`${subscriber}  ${what} at ${clockTime(receipt.effectiveAt)}`);
}

function radiusText(radius: BlastRadius): string {
  const names = radius.tenantExamples.slice(0, 5).join(', ');
  const more = radius.tenants > 5 ? ', …' : '';
  return printable(
    `It concerns ${radius.tenants} tenants${names === '' ? '' : ` (${names}${more})`}, ${radius.placements} placements, ${radius.connections} connections and ${radius.subscribers.length} nodes; ${radius.waitingEntries} entries and ${radius.jobs} jobs wait there.`,
  );
}

/** What waits behind a directive. */
async function backlogText(desk: Desk, id: string): Promise<string> {
  const { directive } = await desk.get<DirectiveReport>(`/api/v1/directives/${encodeURIComponent(id)}`);
  if (directive.verb === 'resume') return `${id} resumes others.`;
  const radius = await desk.send<BlastRadius>('/api/v1/directives/preview', { scope: directive.scope });
  return printable(
    `${directive.verb} ${aboutText(directive)} (${directive.reason}): ${radius.waitingEntries} entries and ${radius.jobs} jobs wait there.`,
  );
}

function aboutText(directive: Directive): string {
  return directive.verb === 'resume' ? directive.ends.join(', ') : scopeText(directive.scope);
}

function scopeText(scope: DirectiveScope): string {
  return (
    Object.entries(scope)
      .map(([member, value]) => `${member} ${value}`)
      .join(', ') || 'the whole platform'
  );
}

/** `10/1s`: how many in how long. */
export function rateOf(text: string): Rate {
  const [, count, time] = /^(\d{1,7})\/(.+)$/.exec(text) ?? [];
  if (count === undefined || time === undefined) throw new InvalidArgumentError('It is a number per time, for example 10/1s.');
  return { count: Number(count), perMs: durationOf(time) };
}

/** `500ms`, `30s`, `5m`, `2h`, `1d`, in milliseconds. */
export function durationOf(text: string): number {
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const [, number, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) throw new InvalidArgumentError('It is a time, for example 30s, 5m or 2h.');
  return Number(number) * (factors[unit] ?? 1);
}

const verbs: Readonly<Record<RestrictingVerb, string>> = {
  kill: 'abort what runs and start nothing until it is resumed',
  pause: 'let what runs finish and start nothing more',
  drain: 'finish what lanes hold now, then pause',
  throttle: 'bound how many entries, jobs and requests there are in a time',
};

/** `etis directive kill | pause | drain | throttle | resume | list | show | apply`. */
export function registerDirectives(program: Command): void {
  const directive = program.command('directive').description("operators' orders to what runs, with receipts");
  const io = { output: terminal, confirm: askAtTerminal };
  for (const [verb, description] of Object.entries(verbs) as [RestrictingVerb, string][]) {
    const command = scoped(ordering(directive.command(verb), `${description}; without a scope it is the whole platform`));
    if (verb === 'throttle') command.requiredOption('--rate <rate>', 'how many in how long, for example 10/1s', rateOf);
    if (verb !== 'kill') command.option('--for <time>', 'how long it lasts, for example 30m', durationOf);
    command.action((options: OrderOptions) => orderDirective(readEnvironment(), verb, options, io));
  }
  ordering(directive.command('resume'), 'end directives, so that what they stopped goes on')
    .argument('<ids...>')
    .action((ids: string[], options: OrderOptions) => resumeDirectives(readEnvironment(), ids, options, io));
  listing(directive.command('list'), 'directives in force, newest first')
    .option('--all', 'those that are over too')
    .action((options: PageOptions & { all?: boolean }) => listDirectives(readEnvironment(), options, terminal));
  showing(directive.command('show'), 'a directive with the receipt of every node')
    .argument('<id>')
    .action((id: string, options: ShowOptions) => showDirective(readEnvironment(), id, options, terminal));
  const signing = directive
    .command('sign')
    .description('sign an order for one node with your own key, for when the platform cannot be reached');
  for (const [verb, description] of Object.entries(verbs) as [RestrictingVerb, string][]) {
    const command = scoped(
      signing.command(verb).description(`${description}; prints the order, which "etis directive apply" takes on the node`),
    )
      .requiredOption('--node <subscriber>', 'for whom alone it is, as "etis fleet" names it')
      .requiredOption('--key <file>', 'your own key, as "etis keys make" made it')
      .requiredOption('--certificate <file>', 'what "etis keys certify" printed')
      .requiredOption('--reason <text>', 'why; everybody who is stopped sees it')
      .option('--installation <name>', 'the ETIS_INSTALLATION of the node', 'etis')
      .option('--for <time>', 'how long it lasts, at most 24h', durationOf, 3_600_000);
    if (verb === 'throttle') command.requiredOption('--rate <rate>', 'how many in how long, for example 10/1s', rateOf);
    command.action((options: SignOptions) => signDirective(verb, options, terminal));
  }
  showing(directive.command('apply'), 'take an order that an operator signed for a node of this home')
    .argument('<file>')
    .requiredOption('--local', 'it is taken here, without asking the platform')
    .action((file: string, options: ShowOptions) => applyDirective(readEnvironment(), file, options, terminal));
}

function scoped(command: Command): Command {
  return command
    .option('--product <id>')
    .option('--cluster <id>')
    .option('--tenant <id>')
    .option('--connection <id>')
    .option('--kind <kind>', 'a kind of job')
    .option('--feature <key>', 'a feature flag; only with kill');
}

function ordering(command: Command, description: string): Command {
  return showing(command, description)
    .requiredOption('--reason <text>', 'why; everybody who is stopped sees it')
    .option('--yes', 'do not ask')
    .option('--wait <seconds>', 'how long to wait for receipts', whole, 5);
}

import { readFile } from 'node:fs/promises';
import type { Flag, FlagRule } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { errors } from '../errors.ts';
import { type Output, printable, terminal } from '../output.ts';
import { type ProductOptions, targeting } from './config.ts';
import { previewText, printExplained, type TargetOptions, valueText } from './configuration-text.ts';
import { askAtTerminal, type Confirm } from './confirm.ts';
import { given, listing, pageQuery, printDone, printPage, type ShowOptions, showing } from './listing.ts';

export interface ChangeFlagOptions extends ShowOptions {
  readonly reason: string;
  /** Changes without asking. */
  readonly yes?: boolean;
}

export async function listFlags(config: Config, options: ProductOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const query = { ...pageQuery(options), ...given({ product: options.product }) };
  const { data } = await platform.get('/api/v1/flags', { params: { query } });
  const columns = {
    titles: ['FLAG', 'STATE', 'RULES', 'DEFAULT', 'DESCRIPTION'],
    cells: ({ key, declaration, declared, enabled, rules }: Flag) => [
      key,
      declared ? (enabled ? 'enabled' : 'disabled') : 'undeclared',
      String(rules.length),
      declaration.default,
      declaration.description,
    ],
    none: 'No product that is deployed declares a flag.',
  };
  printPage(output, options, { page: data, columns });
}

export async function showFlag(config: Config, flag: string, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/flags/{flag}', { params: { path: { flag } } });
  if (options.json) return output.json(data);
  const { declaration, enabled, rules, misfits } = data;
  output.line(printable(`${flag} is ${enabled ? 'enabled' : 'disabled'}. ${declaration.description}`));
  for (const [name, value] of Object.entries(declaration.variants)) {
    const notes = [name === declaration.default ? 'default' : '', name === declaration.off ? 'while it is off' : ''].filter(Boolean);
    output.line(printable(`  variant ${name} = ${valueText(value)}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`));
  }
  for (const rule of rules) output.line(printable(`  rule ${JSON.stringify(rule)}`));
  for (const misfit of misfits) output.line(printable(`  does not count: ${misfit}`));
}

/** Shows whose value changes, asks, and enables or disables the flag. */
export async function switchFlag(
  config: Config,
  { flag, enabled }: { flag: string; enabled: boolean },
  options: ChangeFlagOptions,
  { output, confirm }: { output: Output; confirm: Confirm },
): Promise<void> {
  const { platform } = await createApiClient(config);
  const params = { path: { flag } };
  if (!options.yes) {
    const { data } = await platform.post('/api/v1/flags/{flag}/preview', { params, body: { enabled } });
    const word = enabled ? 'enable' : 'disable';
    if (!(await confirm(`${previewText(data)}\n${word} ${flag}? [y/N] `))) throw errors.NOT_CONFIRMED();
  }
  const path = enabled ? '/api/v1/flags/{flag}/enable' : '/api/v1/flags/{flag}/disable';
  const { data } = await platform.post(path, { params, body: { reason: options.reason } });
  printDone(output, options, { data, sentence: `${data.key} is ${data.enabled ? 'enabled' : 'disabled'}.` });
}

/** Shows whose value changes, asks, and replaces the rules of the flag. */
export async function setRules(
  config: Config,
  { flag, rules }: { flag: string; rules: FlagRule[] },
  options: ChangeFlagOptions,
  { output, confirm }: { output: Output; confirm: Confirm },
): Promise<void> {
  const { platform } = await createApiClient(config);
  const params = { path: { flag } };
  if (!options.yes) {
    const { data } = await platform.post('/api/v1/flags/{flag}/preview', { params, body: { rules } });
    if (!(await confirm(`${previewText(data)}\ngive ${flag} these rules? [y/N] `))) throw errors.NOT_CONFIRMED();
  }
  const { data } = await platform.put('/api/v1/flags/{flag}', { params, body: { rules, reason: options.reason } });
  printDone(output, options, { data, sentence: `${data.key} has ${data.rules.length} rules.` });
}

export async function explainFlag(config: Config, flag: string, options: TargetOptions, output: Output): Promise<void> {
  const { json: _, ...query } = options;
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/flags/{flag}/value', { params: { path: { flag }, query } });
  printExplained(output, options, data);
}

/** A JSON list of rules from a file. @throws ETIS_RULES_UNREADABLE */
export async function readRules(file: string): Promise<FlagRule[]> {
  try {
    const rules: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (Array.isArray(rules)) return rules as FlagRule[];
  } catch (error) {
    throw errors.RULES_UNREADABLE.because({ cause: error }, file);
  }
  throw errors.RULES_UNREADABLE(file);
}

/** `etis flag list | show | enable | disable | rules | value`. */
export function registerFlags(program: Command): void {
  const io = { output: terminal, confirm: askAtTerminal };
  const flag = program.command('flag').description('feature flags that products declare');
  listing(flag.command('list', { isDefault: true }), 'flags and whether they are enabled')
    .option('--product <id>', "only this product's")
    .action((options: ProductOptions) => listFlags(readEnvironment(), options, terminal));
  showing(flag.command('show'), 'a flag with its variants and rules')
    .argument('<flag>')
    .action((key: string, options: ShowOptions) => showFlag(readEnvironment(), key, options, terminal));
  for (const [word, enabled, description] of [
    ['enable', true, 'let the rules of a flag count again; shows first whose value changes'],
    ['disable', false, 'give everybody the variant that a flag has as its off; shows first whose value changes'],
  ] as const) {
    changing(flag.command(word), description)
      .argument('<flag>')
      .action((key: string, options: ChangeFlagOptions) => switchFlag(readEnvironment(), { flag: key, enabled }, options, io));
  }
  changing(flag.command('rules'), 'replace the rules of a flag; shows first whose value changes')
    .argument('<flag>')
    .argument('<file>', 'a JSON list of rules, as "etis flag show --json" has them')
    .action(async (key: string, file: string, options: ChangeFlagOptions) =>
      setRules(readEnvironment(), { flag: key, rules: await readRules(file) }, options, io),
    );
  targeting(flag.command('value'), 'which variant somebody gets, and why')
    .argument('<flag>')
    .action((key: string, options: TargetOptions) => explainFlag(readEnvironment(), key, options, terminal));
}

function changing(command: Command, description: string): Command {
  return showing(command, description).requiredOption('--reason <text>', 'why; it is kept with the change').option('--yes', 'do not ask');
}

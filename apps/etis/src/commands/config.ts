import type { ConfigurationChange, Parameter, ParameterSetting } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { errors } from '../errors.ts';
import { type Output, terminal } from '../output.ts';
import {
  changeText,
  type Level,
  levelOf,
  levelText,
  previewText,
  printExplained,
  type TargetOptions,
  typedValue,
  valueText,
} from './configuration-text.ts';
import { askAtTerminal, type Confirm } from './confirm.ts';
import { type InspectOptions, showConfig } from './inspect.ts';
import { given, listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing } from './listing.ts';

export interface ProductOptions extends PageOptions {
  readonly product?: string;
}

export interface SettingOptions extends ShowOptions {
  readonly at: Level;
  readonly environment?: TargetOptions['environment'];
  readonly reason: string;
  /** Sets without asking. */
  readonly yes?: boolean;
}

export interface HistoryOptions extends PageOptions {
  readonly key?: string;
  readonly tenant?: string;
}

export async function listParameters(config: Config, options: ProductOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const query = { ...pageQuery(options), ...given({ product: options.product }) };
  const { data } = await platform.get('/api/v1/parameters', { params: { query } });
  const columns = {
    titles: ['PARAMETER', 'TYPE', 'DEFAULT', 'SET', 'DESCRIPTION'],
    cells: ({ key, declaration, declared, settings }: Parameter) => [
      key,
      declared ? declaration.value.type : 'undeclared',
      valueText(declaration.default),
      String(settings),
      declaration.description,
    ],
    none: 'No product that is deployed declares a parameter.',
  };
  printPage(output, options, { page: data, columns });
}

/** Where a parameter is set, and to what. */
export async function showParameter(config: Config, parameter: string, options: PageOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const params = { path: { parameter }, query: pageQuery(options) };
  const { data } = await platform.get('/api/v1/parameters/{parameter}/settings', { params });
  const columns = {
    titles: ['AT', 'ENVIRONMENT', 'VALUE', 'SINCE', 'BY', 'CHANGE'],
    cells: ({ at, environment, value, misfit, setAt, setBy, change }: ParameterSetting) => [
      levelText(at),
      environment ?? 'every',
      misfit === null ? valueText(value) : `${valueText(value)} does not count: ${misfit}`,
      setAt,
      setBy,
      change,
    ],
    none: `${parameter} is set nowhere, so its default counts.`,
  };
  printPage(output, options, { page: data, columns });
}

/** Shows whose value changes, asks, and sets it. */
export async function setParameter(
  config: Config,
  { parameter, value }: { parameter: string; value: unknown },
  options: SettingOptions,
  { output, confirm }: { output: Output; confirm: Confirm },
): Promise<void> {
  const { platform } = await createApiClient(config);
  const place = { ...options.at, ...given({ environment: options.environment }) };
  const path = { parameter };
  if (!options.yes) {
    const { data } = await platform.post('/api/v1/parameters/{parameter}/preview', { params: { path }, body: { ...place, value } });
    if (!(await confirm(`${previewText(data)}\nset ${parameter}? [y/N] `))) throw errors.NOT_CONFIRMED();
  }
  const { data } = await platform.put('/api/v1/parameters/{parameter}/setting', {
    params: { path, query: place },
    body: { value, reason: options.reason },
  });
  printDone(output, options, { data, sentence: `${parameter} is ${valueText(data.value)} at ${levelText(data.at)}.` });
}

/** Shows whose value changes, asks, and takes the setting away. */
export async function unsetParameter(
  config: Config,
  parameter: string,
  options: SettingOptions,
  { output, confirm }: { output: Output; confirm: Confirm },
): Promise<void> {
  const { platform } = await createApiClient(config);
  const place = { ...options.at, ...given({ environment: options.environment }) };
  const path = { parameter };
  if (!options.yes) {
    const { data } = await platform.post('/api/v1/parameters/{parameter}/preview', { params: { path }, body: place });
    if (!(await confirm(`${previewText(data)}\nunset ${parameter}? [y/N] `))) throw errors.NOT_CONFIRMED();
  }
  await platform.delete('/api/v1/parameters/{parameter}/setting', { params: { path, query: { ...place, reason: options.reason } } });
  printDone(output, options, { data: { parameter, ...place }, sentence: `${parameter} is not set at ${levelText(options.at)} any more.` });
}

export async function explainParameter(config: Config, parameter: string, options: TargetOptions, output: Output): Promise<void> {
  const { json: _, ...query } = options;
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/parameters/{parameter}/value', { params: { path: { parameter }, query } });
  printExplained(output, options, data);
}

/** Changes of parameters and flags. */
export async function listChanges(config: Config, options: HistoryOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const query = { ...pageQuery(options), ...given({ key: options.key, tenant: options.tenant }) };
  const { data } = await platform.get('/api/v1/configuration-changes', { params: { query } });
  const columns = {
    titles: ['AT', 'KEY', 'WHAT', 'BY', 'REASON', 'CHANGE'],
    cells: (change: ConfigurationChange) => [change.at, change.key, changeText(change), change.by, change.reason, change.id],
    none: 'Nothing was changed yet.',
  };
  printPage(output, options, { page: data, columns });
}

export async function rollBack(
  config: Config,
  change: string,
  options: ShowOptions & { readonly reason: string; readonly force?: boolean },
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.post('/api/v1/configuration-changes/{change}/rollback', {
    params: { path: { change } },
    body: { reason: options.reason, ...given({ force: options.force }) },
  });
  printDone(output, options, { data, sentence: `${data.key}: ${changeText(data)}, as the change ${data.id}.` });
}

/** `etis config settings | list | show | set | unset | value | history | rollback`. */
export function registerConfig(program: Command): void {
  const io = { output: terminal, confirm: askAtTerminal };
  const config = program.command('config').description('settings of this installation, and parameters that products let people set');
  showing(config.command('settings', { isDefault: true }), 'the settings in force here; secrets are not shown').action(
    (options: InspectOptions) => showConfig(readEnvironment(), options, terminal),
  );
  listing(config.command('list'), 'parameters that products declare')
    .option('--product <id>', "only this product's")
    .action((options: ProductOptions) => listParameters(readEnvironment(), options, terminal));
  listing(config.command('show'), 'where a parameter is set, and to what')
    .argument('<parameter>')
    .action((parameter: string, options: PageOptions) => showParameter(readEnvironment(), parameter, options, terminal));
  placing(config.command('set'), 'set a parameter; shows first whose value changes')
    .argument('<parameter>')
    .argument('<value>', 'JSON, or a text', typedValue)
    .action((parameter: string, value: unknown, options: SettingOptions) =>
      setParameter(readEnvironment(), { parameter, value }, options, io),
    );
  placing(config.command('unset'), 'take away what a parameter is set to; shows first whose value changes')
    .argument('<parameter>')
    .action((parameter: string, options: SettingOptions) => unsetParameter(readEnvironment(), parameter, options, io));
  targeting(config.command('value'), 'what a parameter is for somebody, and why')
    .argument('<parameter>')
    .action((parameter: string, options: TargetOptions) => explainParameter(readEnvironment(), parameter, options, terminal));
  listing(config.command('history'), 'changes of parameters and flags, newest first')
    .option('--key <key>', 'only of this parameter or flag')
    .option('--tenant <id>', "only of this tenant's own settings")
    .action((options: HistoryOptions) => listChanges(readEnvironment(), options, terminal));
  showing(config.command('rollback'), 'make what a change changed as it was before')
    .argument('<change>')
    .requiredOption('--reason <text>', 'why; it is kept with the change')
    .option('--force', 'also where the same was changed again since')
    .action((change: string, options: ShowOptions & { reason: string; force?: boolean }) =>
      rollBack(readEnvironment(), change, options, terminal),
    );
}

/** A command that asks what counts for somebody. */
export function targeting(command: Command, description: string): Command {
  return showing(command, description)
    .option('--tenant <id>')
    .option('--tier <tier>')
    .option('--cluster <id>')
    .option('--unit <project>', 'a project of the tenant')
    .option('--subject <id>', 'a person or thing within the tenant, for roll-outs by subject')
    .option('--environment <name>', "live, staging or sandbox; by default the installation's own");
}

function placing(command: Command, description: string): Command {
  return showing(command, description)
    .requiredOption('--at <level>', 'platform, product/<id>, tier/<tier>, tenant/<id> or unit/<tenant>/<project>', levelOf)
    .requiredOption('--reason <text>', 'why; it is kept with the change')
    .option('--environment <name>', 'only there: live, staging or sandbox; by default in every one')
    .option('--yes', 'do not ask');
}

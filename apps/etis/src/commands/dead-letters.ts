import type { DeadLetter } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { clockTime, type Output, terminal } from '../output.ts';
import { type Confirmed, confirmed } from './confirm.ts';
import { given, listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing, whole } from './listing.ts';

export interface DeadLettersOptions extends PageOptions {
  readonly tenant?: string;
}

export async function deadLetters(config: Config, options: DeadLettersOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const query = { ...pageQuery(options), ...given({ tenant: options.tenant }) };
  const { data } = await platform.get('/api/v1/dead-letters', { params: { query } });
  const columns = {
    titles: ['AT', 'KIND', 'WHERE', 'TENANT', 'ATTEMPTS', 'ID', 'ERROR'],
    cells: (item: DeadLetter) => [
      clockTime(item.at),
      item.kind,
      item.where,
      item.tenant,
      `${item.attempts}`,
      item.id,
      item.error.slice(0, 80),
    ],
    none: 'No dead letters: nothing has used up its attempts.',
  };
  printPage(output, options, { page: data, columns });
}

export interface RedriveOptions extends ShowOptions, Confirmed {
  readonly tenant?: string;
  readonly where?: string;
  readonly limit: number;
}

/** One dead letter, or without one those that the options name. */
export async function redriveDeadLetters(config: Config, id: string | undefined, options: RedriveOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  if (id !== undefined) {
    const { data } = await platform.post('/api/v1/dead-letters/{id}/redrive', { params: { path: { id } } });
    return printDone(output, options, { data, sentence: `${data.id} has its attempts back.` });
  }
  await confirmed(options, `Up to ${options.limit} dead letters are tried again. Give them their attempts back? [y/N] `);
  const body = { limit: options.limit, ...given({ tenant: options.tenant, where: options.where }) };
  const { data } = await platform.post('/api/v1/dead-letters/redrive', { body });
  printDone(output, options, { data, sentence: `${data.changed} have their attempts back${data.more ? '; there are more' : ''}.` });
}

export async function discardDeadLetter(
  config: Config,
  letter: { id: string; reason: string },
  options: ShowOptions & Confirmed,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { id, reason } = letter;
  await confirmed(options, `${id} is never handled again. Close it for good? [y/N] `);
  const { data } = await platform.post('/api/v1/dead-letters/{id}/discard', { params: { path: { id } }, body: { reason } });
  printDone(output, options, { data, sentence: `${data.id} is closed for good; its flow still shows it.` });
}

/** `etis dead-letters [list] | redrive | discard`. */
export function registerDeadLetters(program: Command): void {
  const letters = program.command('dead-letters').description('entries and jobs that used up their attempts');
  listing(letters.command('list', { isDefault: true }), 'open dead letters, newest first')
    .option('--tenant <id>', "only this tenant's")
    .action((options: DeadLettersOptions) => deadLetters(readEnvironment(), options, terminal));
  showing(letters.command('redrive'), 'give a dead letter its attempts back, or many')
    .argument('[id]', 'without one, those that the options name, the oldest first')
    .option('--tenant <id>')
    .option('--where <where>', 'a lane or a job kind')
    .option('--limit <n>', 'how many at most, 1 to 1000', whole, 100)
    .option('--yes', 'do not ask where it is many')
    .action((id: string | undefined, options: RedriveOptions) => redriveDeadLetters(readEnvironment(), id, options, terminal));
  showing(letters.command('discard'), 'close a dead letter for good')
    .argument('<id>')
    .argument('<reason>', 'why; it is kept with the record of the action')
    .option('--yes', 'do not ask')
    .action((id: string, reason: string, options: ShowOptions & Confirmed) =>
      discardDeadLetter(readEnvironment(), { id, reason }, options, terminal),
    );
}

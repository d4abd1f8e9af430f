import type { Job } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { clockTime, type Output, printable, terminal } from '../output.ts';
import { given, listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing } from './listing.ts';

export interface JobsOptions extends PageOptions {
  readonly tenant?: string;
  readonly kind?: string;
  readonly state?: Job['state'];
}

export async function listJobs(config: Config, options: JobsOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const query = { ...pageQuery(options), ...given({ tenant: options.tenant, kind: options.kind, state: options.state }) };
  const { data } = await platform.get('/api/v1/jobs', { params: { query } });
  const columns = {
    titles: ['CREATED', 'KIND', 'TENANT', 'STATE', 'ATTEMPTS', 'JOB', 'ERROR'],
    cells: (job: Job) => [
      clockTime(job.createdAt),
      job.kind,
      job.tenant,
      stateOf(job),
      `${job.attempts}/${job.maxAttempts}`,
      job.id,
      job.error?.slice(0, 80) ?? '',
    ],
    none: 'No jobs.',
  };
  printPage(output, options, { page: data, columns });
}

function stateOf({ state, progress }: Job): string {
  return progress === null || state !== 'leased' ? state : `${state}, ${Math.round(progress.done * 100)} %`;
}

export async function showJob(config: Config, id: string, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/jobs/{job}', { params: { path: { job: id } } });
  if (options.json) return output.json(data);
  for (const [name, value] of Object.entries(data)) {
    output.line(`${name.padEnd(12)} ${printable(typeof value === 'string' ? value : JSON.stringify(value))}`);
  }
}

export async function cancelJob(config: Config, id: string, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.post('/api/v1/jobs/{job}/cancel', { params: { path: { job: id } } });
  printDone(output, options, { data, sentence: `The job ${data.id} is cancelled.` });
}

/** `etis jobs list | show | cancel`. */
export function registerJobs(program: Command): void {
  const jobs = program.command('jobs').description('background work');
  listing(jobs.command('list', { isDefault: true }), 'jobs, newest first')
    .option('--tenant <id>', "only this tenant's")
    .option('--kind <kind>', 'for example email')
    .option('--state <state>', 'scheduled, ready, leased, done, dead or cancelled')
    .action((options: JobsOptions) => listJobs(readEnvironment(), options, terminal));
  showing(jobs.command('show'), 'a job with what it was asked and what it answered')
    .argument('<id>')
    .action((id: string, options: ShowOptions) => showJob(readEnvironment(), id, options, terminal));
  showing(jobs.command('cancel'), 'cancel a job')
    .argument('<id>')
    .action((id: string, options: ShowOptions) => cancelJob(readEnvironment(), id, options, terminal));
}

import type { Schedule } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { type Output, terminal } from '../output.ts';
import { given, json, listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing } from './listing.ts';

export async function listSchedules(config: Config, tenant: string, options: PageOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/tenants/{tenant}/schedules', { params: { path: { tenant }, query: pageQuery(options) } });
  const columns = {
    titles: ['SCHEDULE', 'KIND', 'CRON', 'TIME ZONE', 'STATE', 'NEXT', 'LAST'],
    cells: ({ id, kind, cron, timeZone, enabled, nextAt, lastAt }: Schedule) => [
      id,
      kind,
      cron,
      timeZone,
      enabled ? 'enabled' : 'disabled',
      nextAt ?? '-',
      lastAt ?? '-',
    ],
    none: `The tenant ${tenant} has no schedules.`,
  };
  printPage(output, options, { page: data, columns });
}

export interface SetScheduleOptions extends ShowOptions {
  readonly kind: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly payload: unknown;
  readonly missed?: Schedule['missed'];
  readonly disabled?: boolean;
}

export async function setSchedule(
  config: Config,
  schedule: { tenant: string; id: string },
  options: SetScheduleOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { kind, cron, timeZone, payload, missed, disabled } = options;
  const { data } = await platform.put('/api/v1/tenants/{tenant}/schedules/{schedule}', {
    params: { path: { tenant: schedule.tenant, schedule: schedule.id } },
    body: { kind, cron, timeZone, payload, enabled: disabled !== true, ...given({ missed }) },
  });
  printDone(output, options, {
    data,
    sentence: data.nextAt === null ? `${data.id} is set and has no next time.` : `${data.id} runs next at ${data.nextAt}.`,
  });
}

export async function removeSchedule(
  config: Config,
  schedule: { tenant: string; id: string },
  options: ShowOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const path = { tenant: schedule.tenant, schedule: schedule.id };
  await platform.delete('/api/v1/tenants/{tenant}/schedules/{schedule}', { params: { path } });
  printDone(output, options, { data: schedule, sentence: `${schedule.id} has ended; jobs that it made stay.` });
}

/** `etis schedules list | set | remove`. */
export function registerSchedules(program: Command): void {
  const schedules = program.command('schedules').description('standing orders for jobs');
  listing(schedules.command('list'), "a tenant's schedules")
    .argument('<tenant>')
    .action((tenant: string, options: PageOptions) => listSchedules(readEnvironment(), tenant, options, terminal));
  showing(schedules.command('set'), 'make or replace a schedule')
    .argument('<tenant>')
    .argument('<id>')
    .requiredOption('--kind <kind>', 'the kind of its jobs')
    .requiredOption('--cron <text>', '5 or 6 fields')
    .requiredOption('--payload <json>', 'what its jobs get, as their kind wants it', json)
    .option('--time-zone <zone>', 'an IANA time zone', 'UTC')
    .option('--missed <policy>', 'skip, once or each: what to do about times that passed while nothing ran')
    .option('--disabled', 'make no jobs for now')
    .action((tenant: string, id: string, options: SetScheduleOptions) => setSchedule(readEnvironment(), { tenant, id }, options, terminal));
  showing(schedules.command('remove'), 'end a schedule')
    .argument('<tenant>')
    .argument('<id>')
    .action((tenant: string, id: string, options: ShowOptions) => removeSchedule(readEnvironment(), { tenant, id }, options, terminal));
}

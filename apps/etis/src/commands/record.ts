import type { RecordState } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { type Output, table, terminal } from '../output.ts';
import { type ShowOptions, showing } from './listing.ts';

export async function showRecord(config: Config, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/record');
  if (options.json) return output.json(data);
  for (const line of recordLines(data)) output.line(line);
}

/** How large the record is and may be, since when it is kept, and what each table takes. */
export function recordLines(record: RecordState): readonly string[] {
  const { bound, bytesPerEvent, nextDropAt } = record;
  const share =
    bound === null
      ? 'nothing bounds it'
      : `${Math.round((record.bytes / Math.max(1, bound)) * 100)} % of the ${size(bound)} that it may take`;
  return [
    `size        ${size(record.bytes)}, ${share}`,
    `events      ${record.events}, of ${record.deliveries} deliveries${bytesPerEvent === null ? '' : `; ${bytesPerEvent} bytes for each event`}`,
    `kept since  ${record.keptSince}, for ${record.keepDays} days; what found no place for ${record.unmatchedDays}, digests for ${record.digestDays}`,
    `next drop   ${nextDropAt ?? 'none yet: everything is in one slice'}`,
    '',
    table(
      ['TABLE', 'SIZE', 'ROWS', 'BYTES PER EVENT'],
      record.tables.map(({ name, bytes, rows, bytesPerEvent: each }) => [
        name,
        size(bytes),
        String(rows),
        each === null ? '' : String(each),
      ]),
    ),
  ];
}

function size(bytes: number): string {
  if (bytes < 1 << 20) return `${Math.round(bytes / 1_024)} KiB`;
  if (bytes < 1 << 30) return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
  return `${(bytes / (1 << 30)).toFixed(1)} GiB`;
}

/** `etis record [show]`. */
export function registerRecord(program: Command): void {
  const record = program.command('record').description('what is kept of everything that came and went');
  showing(
    record.command('show', { isDefault: true }),
    'what the record takes on disk, by table and by event, and how long it is kept',
  ).action((options: ShowOptions) => showRecord(readEnvironment(), options, terminal));
}

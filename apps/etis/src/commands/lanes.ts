import type { Lane } from '@etis/client';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { type Output, terminal } from '../output.ts';
import { type Confirmed, confirmed } from './confirm.ts';
import { given, listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing } from './listing.ts';

export interface LanesOptions extends PageOptions {
  readonly tenant?: string;
}

/** A lane as a row: where it is, what waits in it, and what keeps it from going on. */
export const laneColumns = {
  titles: ['LANE', 'CLUSTER', 'WAITING', 'PARKED', 'DEAD LETTERS', 'TROUBLE'],
  cells: (lane: Lane) => [
    lane.lane,
    lane.cluster ?? '',
    `${lane.waiting}`,
    `${lane.parked}`,
    `${lane.deadLetters}`,
    lane.heldBy === null ? (lane.trouble ?? '') : `stands still at ${lane.heldBy}: ${lane.trouble ?? ''}`,
  ],
  none: 'No lanes yet: nothing was routed.',
};

export async function listLanes(config: Config, options: LanesOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const query = { ...pageQuery(options), ...given({ tenant: options.tenant }) };
  const { data } = await platform.get('/api/v1/lanes', { params: { query } });
  printPage(output, options, { page: data, columns: laneColumns });
}

/** @throws ETIS_NOT_CONFIRMED where the answer is no */
export async function detachLane(
  config: Config,
  { lane, reason }: { lane: string; reason: string },
  options: ShowOptions & Confirmed,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const question = `What its cluster has handled of ${lane} and could not say any more will be handled again elsewhere. Detach it? [y/N] `;
  await confirmed(options, question);
  const { data } = await platform.post('/api/v1/lanes/{lane}/detach', { params: { path: { lane } }, body: { reason } });
  printDone(output, options, { data, sentence: `${data.lane} goes on where it is placed now.` });
}

/** `etis lanes [list] | detach`. */
export function registerLanes(program: Command): void {
  const lanes = program.command('lanes').description('the ordered streams of placements: where each is, and what waits in it');
  listing(lanes.command('list', { isDefault: true }), 'lanes with their depths, in the order of names')
    .option('--tenant <id>', "only this tenant's")
    .action((options: LanesOptions) => listLanes(readEnvironment(), options, terminal));
  showing(
    lanes.command('detach'),
    'take a lane that is placed elsewhere from a cluster that is gone for good and cannot say how far it was',
  )
    .argument('<lane>', '<tenant>/<product>')
    .argument('<reason>', 'why; it is kept with the record of the action')
    .option('--yes', 'do not ask')
    .action((lane: string, reason: string, options: ShowOptions & { yes?: boolean }) =>
      detachLane(readEnvironment(), { lane, reason }, options, terminal),
    );
}

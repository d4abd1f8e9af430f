import { setTimeout as wait } from 'node:timers/promises';
import { type TransportName, transportNames } from '@etis/contracts/event-routing';
import type { Config } from '@etis/kernel';
import { type Command, InvalidArgumentError } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { errors } from '../errors.ts';
import { type Output, terminal } from '../output.ts';
import { type ShowOptions, showing } from './listing.ts';

const lookEveryMs = 300;

/**
 * Chooses a transport and waits until every dispatcher has changed over. To interrupt it interrupts the watching only; said again, it goes on watching.
 * @throws ETIS_NOT_CHANGED_OVER where that takes longer than `timeout` milliseconds
 */
export async function evolveEventRouting(
  config: Config,
  { to, reason, timeout }: { to: TransportName; reason: string; timeout: number },
  options: ShowOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const deadline = performance.now() + timeout;
  let { data } = await platform.post('/api/v1/event-routing', { body: { transport: to, reason } });
  let told = '';
  while (!data.settled || data.transport !== to) {
    const behind = data.dispatchers.filter(({ transport }) => transport !== to).map(({ node }) => node);
    const line = `Batches go over ${data.transport}; still changing over: ${behind.join(', ')}`;
    if (line !== told && !options.json) output.line(line);
    told = line;
    if (performance.now() > deadline) throw errors.NOT_CHANGED_OVER(to, behind.join(', '));
    await wait(lookEveryMs);
    ({ data } = await platform.get('/api/v1/event-routing'));
  }
  if (options.json) return output.json(data);
  output.line(`Every dispatcher delivers over ${to} (${data.dispatchers.map(({ node }) => node).join(', ') || 'none is at work'}).`);
}

/** `etis evolve event-routing --to <transport>`. */
export function registerEvolve(program: Command): void {
  const evolve = program.command('evolve').description('change a capability of the evolution matrix while events arrive');
  showing(
    evolve.command('event-routing'),
    'let batches go to their clusters over another transport; nothing is lost or out of order, and the way back is the same',
  )
    .requiredOption('--to <transport>', `one of ${transportNames.join(', ')}`, oneTransport)
    .requiredOption('--reason <text>', 'why; it is kept with the record of the action')
    .option('--timeout <seconds>', 'how long to watch the dispatchers change over', (text) => Number(text) * 1_000, 60_000)
    .action((options: ShowOptions & { to: TransportName; reason: string; timeout: number }) =>
      evolveEventRouting(readEnvironment(), options, options, terminal),
    );
}

function oneTransport(text: string): TransportName {
  const found = transportNames.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`It is one of ${transportNames.join(', ')}.`);
  return found;
}

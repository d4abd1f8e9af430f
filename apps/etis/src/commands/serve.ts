import { type Config, createLog } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { NodeChoice } from '../node/node.ts';
import { stopGracefully, takeSignals } from '../node/signals.ts';
import type { Output } from '../output.ts';
import { chosenRoles, listOf } from '../roles/role-names.ts';

/** What `etis serve` takes. */
export interface ServeOptions {
  readonly role?: string;
  readonly node?: string;
  readonly cluster?: string;
  readonly kind?: string;
  readonly check?: boolean;
}

/** Balancers ask every second or so; twice that has reached them. */
const lameduckMs = 2_000;

/** Runs roles in this process until it is told to stop by SIGINT or SIGTERM. @throws ETIS_ROLE_MISSING and what else keeps it from starting */
export async function serve(config: Config, options: ServeOptions, output: Output): Promise<void> {
  const choice = readChoice(options);
  if (options.check) {
    await checkChoice(choice, output);
    return;
  }
  const { first } = takeSignals();
  const log = createLog({ level: config.logLevel, role: choice.roles.join(',') });
  const { startNode } = await import('../node/start-node.ts');
  const { preparedAccess } = await import('../platform/open-database.ts');
  const running = await startNode({ config, choice, openAccess: preparedAccess, log });
  output.line(`etiS serves ${choice.roles.join(', ')} at ${running.url}`);
  // What a service prints is kept in journals that more people read than the operator.
  if (running.token?.fresh) output.line(`The operator's credential is new, and kept in ${running.token.file} (mode 0600).`);
  output.line(`${await first}: stopping.`);
  await stopGracefully(running, { lameduckMs: config.lameduckMs ?? lameduckMs, log });
  output.line('Stopped.');
}

/** What the options ask for. @throws ETIS_OPTION_IDLE for one that would change nothing, so that nobody relies on it */
function readChoice({ role, node, cluster, kind }: ServeOptions): NodeChoice {
  const roles = chosenRoles({ role, node });
  if (cluster !== undefined && !roles.includes('cluster')) throw errors.OPTION_IDLE('--cluster', 'cluster');
  if (kind !== undefined && !roles.includes('worker')) throw errors.OPTION_IDLE('--kind', 'worker');
  return { roles, clusters: cluster === undefined ? null : listOf(cluster), kinds: kind === undefined ? null : listOf(kind) };
}

/** Everything that can be known without a database, and what the home has to be given for one. */
async function checkChoice(choice: NodeChoice, output: Output): Promise<void> {
  const { domainsOf } = await import('../roles/role.ts');
  const domains = await domainsOf(choice.roles);
  if (choice.roles.includes('cluster')) (await import('../roles/cluster.ts')).hostedHere(choice);
  const roles = new Set(domains.flatMap((domain) => Object.values(domain.roles)));
  output.line(`Would serve ${choice.roles.join(', ')}.`);
  output.line(`Needs the databases ${domains.map(({ name }) => name).join(', ')}`);
  output.line(`and the passwords of ${[...roles].join(', ')}.`);
}

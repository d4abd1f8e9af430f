import { Command, InvalidArgumentError } from 'commander';
import { registerAudit } from './commands/audit.ts';
import { registerConfig } from './commands/config.ts';
import { registerConnections } from './commands/connections.ts';
import { registerDeadLetters } from './commands/dead-letters.ts';
import { demo } from './commands/demo.ts';
import { registerDirectives } from './commands/directives.ts';
import { registerEvolve } from './commands/evolve.ts';
import { registerFlags } from './commands/flags.ts';
import { registerFleet } from './commands/fleet.ts';
import { events, evolution, flow, type InspectOptions, type ListOptions, sent, status } from './commands/inspect.ts';
import { registerJobs } from './commands/jobs.ts';
import { registerKeys } from './commands/keys.ts';
import { registerLanes } from './commands/lanes.ts';
import { registerLoad } from './commands/load.ts';
import { registerRecord } from './commands/record.ts';
import { registerReplay } from './commands/replay.ts';
import { registerSchedules } from './commands/schedules.ts';
import { type ServeOptions, serve } from './commands/serve.ts';
import { registerTenants } from './commands/tenants.ts';
import { registerUnmatched } from './commands/unmatched.ts';
import { up } from './commands/up.ts';
import { readEnvironment } from './environment.ts';
import { terminal } from './output.ts';
import { nodes, roleNames } from './roles/role-names.ts';

const settings = `
Settings (environment):
  ETIS_HOME       folder of data and credentials            default ./.etis
  ETIS_PORT       port to listen on                         default 8080
  ETIS_HOST       address to listen on                      default 127.0.0.1
  DATABASE_URL    a PostgreSQL of yours                     default: an embedded one
  ETIS_DATABASES  "each" (a database per domain) or "one"   default each
  ETIS_REDIS_URL  a Redis that batches may go over          default: none
  ETIS_SMTP_URL   where mail leaves, with ETIS_MAIL_FROM    default: none
  ETIS_MASTER_KEY 32 bytes, base64 or hex                   default: a file in the home
  ETIS_WHATSAPP_TOKENS   access tokens by phone_number_id, JSON or a file; default: none
                         with ETIS_WHATSAPP_BASE_URL and ETIS_WHATSAPP_VERSION
  ETIS_DOCUMENTS_PATH    folder that documents are kept in      default: none
  ETIS_LOG_LEVEL  debug, info, warn, error, silent          default warn

  ETIS_NODE       the name of this process in the fleet         default host and port
  ETIS_LINK_PORT  where other processes dial in to be governed  default: none
                         with ETIS_LINK_HOST, and ETIS_LINK_URL where they find it
  ETIS_ENVIRONMENT       live, staging or sandbox               default live
  ETIS_SPINE_KEEP_DAYS  after how many days deliveries and events are given up; 90 by default
                        with ETIS_SPINE_UNMATCHED_DAYS, ETIS_SPINE_DIGEST_DAYS
  ETIS_SPINE_MAX_BYTES  past this the record takes nothing new, for example 50GB; default: what the disk has room for
  ETIS_AUDIT_KEEP_DAYS  after how many days sealed actions are given up; for ever by default
  ETIS_METRICS    "on" serves /metrics for Prometheus; OTEL_EXPORTER_OTLP_ENDPOINT sends by OTLP

Settings of etis serve:
  ETIS_LINK_TOKENS   what it enrols with at its first start: what "etis fleet invite" printed, or the file that holds it
  ETIS_ON_LEASE_END  continue, stop-new-work or stop, while what governs is past its time   default continue
  ETIS_PLATFORM_URL  where an edge finds the Platform API, one or more, separated by commas
  ETIS_HEALTH_PORT   a further port for /healthz and /readyz alone
  ETIS_LAMEDUCK      seconds of still answering after SIGTERM, while not ready   default 2

Examples:
  npm start                               the platform with its demonstration
  npm run demo                            one event to a mailbox, one message to its reply
  npm run etis -- events --tenant arbor-construction
  npm run etis -- flow 019a...            what one delivery caused
`;

/** The `etis` command. */
export function createProgram(): Command {
  const program = new Command('etis')
    .description('A federated operational platform: isolated tenant environments, centrally governed.')
    .addHelpText('after', settings)
    .showHelpAfterError('Run "etis --help" for the commands and settings.');

  program
    .command('up')
    .description('run the whole platform in this process until Ctrl-C')
    .option('--demo', 'seed three made-up tenants and keep their mail in a local mailbox', false)
    .action((options: { demo: boolean }) => up(readEnvironment(), options, terminal));

  program
    .command('serve')
    .description('run a part of the platform in this process until it is told to stop, on a database that was prepared')
    .option('--node <name>', `one of the nodes: ${Object.keys(nodes).join(', ')}`)
    .option('--role <roles>', `or roles, separated by commas: ${roleNames.join(', ')}`)
    .option('--cluster <ids>', 'host only these clusters')
    .option('--kind <kinds>', 'run only jobs of these kinds')
    .option('--check', 'only say whether it could be served; needs no database', false)
    .action((options: ServeOptions) => serve(readEnvironment(), options, terminal));

  program
    .command('demo')
    .description(
      'send an Autodesk event and a WhatsApp message to the running demonstration, and follow them to the mailbox and to the reply',
    )
    .option('--json', 'print data; exits with 1 when an outcome is missing')
    .option('--timeout <seconds>', 'how long to wait for the outcome', seconds, 15_000)
    .action(async (options: { json?: boolean; timeout: number }) => {
      if (!(await demo(readEnvironment(), options, terminal))) process.exitCode = 1;
    });

  looking(program.command('status'), 'health, governance version and the depth of every lane').action((options: InspectOptions) =>
    status(readEnvironment(), options, terminal),
  );

  listing(program.command('events'), 'the newest events, or with --unmatched the deliveries that found no tenant')
    .option('--type <type>', 'only this event type, for example document.version.added')
    .option('--unmatched', 'deliveries that could not be read or placed, with the reason')
    .action((options: ListOptions & { unmatched?: boolean }) => events(readEnvironment(), options, terminal));

  looking(program.command('flow'), 'everything that one delivery caused, in the order of time')
    .argument('<id>', 'the id of a delivery, an event or a job')
    .action((id: string, options: InspectOptions) => flow(readEnvironment(), id, options, terminal));

  registerTenants(program);
  registerConnections(program);
  registerLanes(program);
  registerUnmatched(program);
  registerReplay(program);
  registerDeadLetters(program);
  registerJobs(program);
  registerSchedules(program);

  looking(program.command('sent'), "what the demonstration's mailbox and its stand-in for the Graph API received")
    .option('--limit <n>', 'how many, newest first', '50')
    .action((options: ListOptions) => sent(readEnvironment(), options, terminal));

  registerConfig(program);
  registerFlags(program);
  registerDirectives(program);
  registerFleet(program);
  registerKeys(program);
  registerAudit(program);
  registerLoad(program);
  registerRecord(program);

  looking(program.command('evolution'), 'where each capability stands between embedded, realised and proposed').action(
    (options: InspectOptions) => evolution(readEnvironment(), options, terminal),
  );

  registerEvolve(program);

  const database = program.command('db').description('the database behind DATABASE_URL');
  database
    .command('prepare')
    .description("split the database behind DATABASE_URL into the platform's roles, schemas and tables; safe to repeat")
    .action(async () => {
      const { databasePrepare } = await import('./commands/database-prepare.ts');
      await databasePrepare(readEnvironment(), terminal);
    });
  database
    .command('access')
    .description('print the way into the databases that a node needs, and no more, for credentials/database.json in its home')
    .option('--node <name>', `one of the nodes: ${Object.keys(nodes).join(', ')}`)
    .option('--role <roles>', `or roles, separated by commas: ${roleNames.join(', ')}`)
    .action(async (options: { role?: string; node?: string }) => {
      const { databaseAccess } = await import('./commands/database-access.ts');
      await databaseAccess(readEnvironment(), options, terminal);
    });

  return program;
}

function looking(command: Command, description: string): Command {
  return command.description(description).option('--json', 'print data');
}

function listing(command: Command, description: string): Command {
  return looking(command, description)
    .option('--tenant <id>', "only this tenant's")
    .option('--limit <n>', 'how many, 1 to 200', '50')
    .option('--cursor <cursor>', 'go on where the last page ended');
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0 || value > 3_600) throw new InvalidArgumentError('It is a number of seconds, up to 3600.');
  return value * 1_000;
}

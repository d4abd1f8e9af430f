import type { EvolutionRow } from '@etis/control';
import { errors } from '../errors.ts';

/** One capability of the evolution matrix: its drivers in the three states of the model, and what a change of state needs. */
interface Capability {
  readonly title: string;
  readonly embedded: string;
  readonly realised: string;
  readonly proposed: string;
  /** The drivers of this release, with what each one is. */
  readonly drivers: Readonly<Record<string, string>>;
  readonly change: string;
}

const matrix = {
  'ingress-surface': {
    title: 'Ingress surface',
    embedded: 'routing engine in the one process',
    realised: 'routing engine on its own node',
    proposed: 'CloudFront, S3, API Gateway',
    drivers: {
      'in-process': 'one listener in the one process',
      'own-node': 'etis serve --node routing, in as many processes as wanted',
    },
    change: '`etis serve --node routing` and ETIS_PLATFORM_URL there; no data moves',
  },
  'event-routing': {
    title: 'Event routing',
    embedded: 'dispatcher calls cluster hosts directly',
    realised: 'BullMQ on Redis',
    proposed: 'Lambda, SNS, SQS',
    drivers: {
      direct: 'the dispatcher of each process calls the hosts of its clusters',
      bullmq: 'batches go over BullMQ on Redis, from any dispatcher to any host',
    },
    change:
      'ETIS_REDIS_URL in every process with clusters, and `etis evolve event-routing --to bullmq`; lanes keep their order and position',
  },
  'worker-execution': {
    title: 'Worker execution',
    embedded: 'worker threads in the one process',
    realised: 'worker threads in the product server',
    proposed: 'Lambda on SQS',
    drivers: {
      'worker-threads': 'worker threads in the one process',
      'product-server': 'worker threads of etis serve --node product, or of --role worker on their own',
    },
    change: '`etis serve --node product` or `--role worker`: workers anywhere lease from the same jobs port',
  },
  transformation: {
    title: 'Transformation pipelines',
    embedded: 'DuckDB in the one process',
    realised: 'DuckDB in the product server',
    proposed: 'ECS/Fargate on a schedule',
    drivers: { none: 'no pipelines in this release' },
    change: 'the transformation plane, which reads the event log that the spine keeps already',
  },
  database: {
    title: 'Database strategy',
    embedded: 'one embedded PostgreSQL, a database per domain',
    realised: 'one local PostgreSQL per node',
    proposed: 'one RDS per domain',
    drivers: { embedded: 'PostgreSQL from npm, or the one that DATABASE_URL names' },
    change: 'connection strings: no foreign key, join or transaction crosses a domain',
  },
  'runtime-isolation': {
    title: 'Runtime isolation',
    embedded: 'own process and own PostgreSQL per enterprise placement',
    realised: 'enterprise node inside its own VPC',
    proposed: 'VPC per enterprise placement',
    drivers: { 'database-per-cluster': 'one process; every cluster has its own database and its own login role' },
    change: 'a process and a server per enterprise cluster; the cluster takes its database along',
  },
  operation: {
    title: 'Operation',
    embedded: 'npm start',
    realised: 'one service unit per node',
    proposed: 'CDK stacks',
    drivers: {
      'one-process': 'npm start',
      'unit-per-node': 'the service units or the container image of infra/, one per node',
    },
    change: 'the units of infra/systemd or the image of infra/container, and a PostgreSQL that all nodes reach',
  },
} as const satisfies Record<string, Capability>;

type CapabilityName = keyof typeof matrix;

/** A capability whose driver is changed while the platform runs, and stands in the record and not in the settings. */
type LiveCapability = 'event-routing';

/** The driver chosen for each capability. */
export type Evolution = { readonly [Name in Exclude<CapabilityName, LiveCapability>]: keyof (typeof matrix)[Name]['drivers'] };

/** What is in force of those that the record says; null where it could not be asked. */
export type LiveEvolution = { readonly [Name in LiveCapability]: keyof (typeof matrix)[Name]['drivers'] | null };

/** Checks a choice, whatever the type checker was told. @throws ETIS_CAPABILITY_UNKNOWN */
export function defineEvolution(evolution: Evolution): Evolution {
  for (const [name, capability] of Object.entries<Capability>(matrix)) {
    if (name === 'event-routing') continue;
    const driver: string = evolution[name as keyof Evolution];
    if (!Object.hasOwn(capability.drivers, driver)) {
      throw errors.CAPABILITY_UNKNOWN(name, String(driver), Object.keys(capability.drivers).join(', '));
    }
  }
  return Object.freeze({ ...evolution });
}

/** The rows of the matrix as this installation has chosen them. */
export function evolutionRows(evolution: Evolution, live: LiveEvolution): readonly EvolutionRow[] {
  const chosen: Readonly<Record<string, string | null>> = { ...evolution, ...live };
  return Object.entries<Capability>(matrix).map(([name, { title, embedded, realised, proposed, drivers, change }]) => {
    const driver = chosen[name] ?? 'unknown';
    return {
      capability: name,
      title,
      driver,
      is: drivers[driver] ?? 'the platform does not run, and its record was not asked',
      embedded,
      realised,
      proposed,
      change,
    };
  });
}

import { createDirectives, type DirectivesStore } from '@etis/agent';
import type { RestrictingDirective } from '@etis/contracts/directives';
import type { FlowStep } from '@etis/contracts/flow';
import type { Transport } from '@etis/contracts/lanes';
import { type Meter, unmetered } from '@etis/contracts/telemetry';
import { type Clock, silentLog, supervise, uuidv7 } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import { createSpine, type Spine, type SpineOptions, type SpineOverrides, spineDomain, type TransportDriver } from './index.ts';
import { adapters, type FakeGovernance, fakeCluster, fakeGovernance } from './spine-fixture.ts';

/** Fast enough for a test, in the proportions of the defaults. */
export const quick: SpineOverrides = {
  router: { pollMs: 50 },
  dispatcher: { pollMs: 20, laneBackoff: { base: 5, cap: 20 }, parkedBackoff: { base: 5, cap: 20 }, graceMs: 200 },
  jobs: { pollMs: 20, backoff: { base: 5, cap: 20 } },
};

interface RunningSpine extends Spine {
  stop(): Promise<void>;
}

/** A world of its own: a database, a governance view, and as many spines on them as a test starts. */
export interface SpineWorld {
  readonly database: TestDatabase;
  readonly db: SystemDb;
  readonly governance: FakeGovernance;
  readonly directives: DirectivesStore;
  /** The time by which directives expire and throttles count: `at` is added to the real one. */
  readonly clock: Clock & { at: number };
  /** Orders, as if it came over the link, and tells its id. */
  order(directive: Partial<RestrictingDirective>): string;
  resume(...ids: readonly string[]): void;
  /** A spine whose services do not run. */
  rest(settings?: SpineOverrides): Spine;
  start(
    transport?: Transport,
    settings?: SpineOverrides,
    meter?: Meter,
    reaches?: TransportDriver['reaches'],
    onFailure?: SpineOptions['onFailure'],
  ): Promise<RunningSpine>;
  /** A spine that is set up as one process of several is. */
  startProcess(given: Pick<SpineOptions, 'transport' | 'bullmq' | 'hosts' | 'node'> & { settings: SpineOverrides }): Promise<RunningSpine>;
  /** Runs only the router until everything accepted was routed. */
  routeAll(): Promise<void>;
  /** Stops what was started and drops the database. */
  end(): Promise<void>;
}

export async function createWorld(): Promise<SpineWorld> {
  const database = await createTestDatabase({ domains: [spineDomain] });
  const db = database.db('spine');
  const governance = fakeGovernance();
  const running: RunningSpine[] = [];
  const clock = {
    at: 0,
    now() {
      return Date.now() + this.at;
    },
  };
  const directives = createDirectives({ clock, log: silentLog });
  let ordered = 0;
  const issued = () => {
    ordered += 1;
    const common = { installation: 'under-test', epoch: 1, reason: 'a test', by: 'operator/test' };
    return { ...common, id: uuidv7(), sequence: ordered, issuedAt: new Date(clock.now()).toISOString() };
  };
  const make = (
    transport: TransportDriver,
    settings: SpineOverrides,
    meter = unmetered,
    rest: Pick<SpineOptions, 'onFailure' | 'bullmq' | 'hosts' | 'node'> = {},
  ) => createSpine({ db, governance, directives, adapters, transport, meter, log: silentLog, clock, settings, ...rest });

  async function run(spine: Spine): Promise<RunningSpine> {
    const service = supervise('spine', spine.services(), silentLog);
    await service.start();
    const started = { ...spine, stop: () => service.stop() };
    running.push(started);
    return started;
  }

  return {
    database,
    db,
    governance,
    directives,
    clock,
    order(given) {
      const directive: RestrictingDirective = { verb: 'pause', scope: {}, ...issued(), ...given };
      directives.apply(directive, directive.id);
      return directive.id;
    },
    resume(...ends) {
      const directive = { ...issued(), verb: 'resume' as const, ends };
      directives.apply(directive, directive.id);
    },
    rest: (settings = quick) => make(fakeCluster(), settings),
    start: (transport = fakeCluster(), settings = quick, meter = unmetered, reaches = () => true, onFailure = () => 'set-aside') =>
      run(make({ ...transport, reaches }, settings, meter, { onFailure })),
    startProcess: ({ transport, settings, ...rest }) => run(make(transport, settings, unmetered, rest)),
    async routeAll() {
      const router = make(fakeCluster(), quick)
        .services()
        .find((service) => service.name === 'spine router');
      await router?.start();
      await eventually(async () => {
        const rows = await db.statement('select from inbox, router_cursor where position > inbox_position limit 1');
        return rows.length === 0;
      });
      await router?.stop();
    },
    async end() {
      await Promise.all(running.map((spine) => spine.stop()));
      await database.drop();
    },
  };
}

/** The steps of a flow once nothing of it is open any more. */
export async function settled(spine: Spine, id: string): Promise<readonly FlowStep[]> {
  return await eventually(async () => {
    const flow = await spine.queries.flow(id);
    return flow?.settled ? flow.steps : undefined;
  });
}

export const stepNames = (steps: readonly FlowStep[]): readonly string[] => steps.map((step) => step.step);

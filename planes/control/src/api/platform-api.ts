import type { Page, SpineQueries } from '@etis/contracts/flow';
import type { RouteModule } from '@etis/contracts/http';
import type { Clock } from '@etis/kernel';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Connections } from '../connections/connections.ts';
import { errors } from '../errors.ts';
import { checkConnectionId, checkTenantId } from '../input.ts';
import type { Tenants } from '../tenants/tenants.ts';
import { exactValidatorCompiler } from './exact-validation.ts';
import * as schemas from './schemas.ts';

/** What the platform says of itself; the composition knows it. */
export interface PlatformFacts {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** The settings, already redacted. */
  readonly config: Readonly<Record<string, unknown>>;
  /** One row for each capability of the evolution matrix. */
  readonly evolution: readonly EvolutionRow[];
  /** What must work before requests make sense, looked at now. */
  readonly checks: () => Promise<readonly { readonly name: string; readonly ok: boolean; readonly detail?: string | null }[]>;
}

export interface EvolutionRow {
  readonly capability: string;
  readonly title: string;
  readonly driver: string;
  readonly is: string;
  readonly embedded: string;
  readonly realised: string;
  readonly proposed: string;
  readonly change: string;
}

export interface PlatformApiOptions {
  readonly facts: PlatformFacts;
  readonly spine: SpineQueries;
  readonly tenants: Pick<Tenants, 'list'>;
  readonly connections: Pick<Connections, 'list'>;
  readonly governanceVersion: () => number;
  readonly clock: Clock;
}

const defaultLimit = 50;

/** The platform API, `/api/v1`: what operators may look at. Requests that do not fit their schema are CONTROL_INPUT_INVALID. */
export function createPlatformApi({ facts, spine, tenants, connections, governanceVersion, clock }: PlatformApiOptions): RouteModule {
  return {
    prefix: '/api/v1',
    async register(plain) {
      const app = plain.withTypeProvider<TypeBoxTypeProvider>();
      app.setValidatorCompiler(exactValidatorCompiler);

      app.get(
        '/status',
        {
          config: { permission: 'platform.status.read' },
          schema: { querystring: schemas.noQuery, response: { 200: schemas.statusReply } },
        },
        async () => {
          const [checks, lanes] = await Promise.all([facts.checks(), spine.lanes({})]);
          const sum = (of: 'waiting' | 'parked' | 'deadLetters') => lanes.reduce((total, lane) => total + lane[of], 0);
          return {
            version: facts.version,
            uptimeSeconds: Math.max(0, Math.floor((clock.now() - facts.startedAt) / 1_000)),
            governanceVersion: governanceVersion(),
            ready: checks.every(({ ok }) => ok),
            checks: checks.map(({ name, ok, detail }) => ({ name, ok, detail: detail ?? null })),
            lanes: { total: lanes.length, waiting: sum('waiting'), parked: sum('parked'), deadLetters: sum('deadLetters') },
            evolution: [...facts.evolution],
          };
        },
      );

      app.get(
        '/config',
        {
          config: { permission: 'platform.config.read' },
          schema: { querystring: schemas.noQuery, response: { 200: schemas.configReply } },
        },
        async () => facts.config,
      );

      app.get(
        '/tenants',
        {
          config: { permission: 'tenants.read' },
          schema: { querystring: schemas.pageQuery, response: { 200: schemas.pageOf(schemas.tenantReply) } },
        },
        async ({ etis, query }) => {
          if (query.cursor !== undefined) checkCursor(checkTenantId, query.cursor);
          const { items, next } = await tenants.list(etis, paged(query));
          return { items: items.map(({ placements, ...tenant }) => ({ ...tenant, placements: [...placements] })), next };
        },
      );

      app.get(
        '/connections',
        {
          config: { permission: 'connections.read' },
          schema: { querystring: schemas.pageQuery, response: { 200: schemas.pageOf(schemas.connectionReply) } },
        },
        async ({ etis, query }) => {
          if (query.cursor !== undefined) checkCursor(checkConnectionId, query.cursor);
          const { items, next } = await connections.list(etis, paged(query));
          return { items: items.map(({ secrets, ...connection }) => ({ ...connection, secrets: [...secrets] })), next };
        },
      );

      app.get(
        '/events',
        {
          config: { permission: 'events.read' },
          schema: { querystring: schemas.eventsQuery, response: { 200: schemas.pageOf(schemas.eventReply) } },
        },
        async ({ query }) => replyPage(await spine.events(paged(query))),
      );

      app.get(
        '/unmatched',
        {
          config: { permission: 'events.read' },
          schema: { querystring: schemas.pageQuery, response: { 200: schemas.pageOf(schemas.unmatchedReply) } },
        },
        async ({ query }) => replyPage(await spine.unmatched(paged(query))),
      );

      app.get(
        '/dead-letters',
        {
          config: { permission: 'dead-letters.read' },
          schema: { querystring: schemas.tenantPageQuery, response: { 200: schemas.pageOf(schemas.deadLetterReply) } },
        },
        async ({ query }) => replyPage(await spine.deadLetters(paged(query))),
      );

      app.get(
        '/flows/:id',
        {
          config: { permission: 'flows.read' },
          schema: { params: schemas.flowParams, querystring: schemas.noQuery, response: { 200: schemas.flowReply } },
        },
        async ({ params }) => {
          const flow = await spine.flow(params.id);
          if (flow === null) throw errors.FLOW_UNKNOWN(params.id);
          return { ...flow, steps: [...flow.steps] };
        },
      );

      app.get(
        '/lanes',
        {
          config: { permission: 'platform.status.read' },
          schema: { querystring: schemas.lanesQuery, response: { 200: schemas.listOf(schemas.laneReply) } },
        },
        async ({ query }) => ({ items: [...(await spine.lanes(query))] }),
      );
    },
  };
}

function paged<Query extends { limit?: number }>(query: Query): Query & { limit: number } {
  return { ...query, limit: query.limit ?? defaultLimit };
}

function replyPage<T>({ items, next }: Page<T>): { items: T[]; next: string | null } {
  return { items: [...items], next };
}

/** A cursor of these lists is the last id seen. */
function checkCursor(check: (id: string) => void, cursor: string): void {
  try {
    check(cursor);
  } catch {
    throw errors.INPUT_INVALID('cursor', 'it is not the "next" of a page before');
  }
}

import type { SpineQueries } from '@etis/contracts/flow';
import type { Clock } from '@etis/kernel';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { integer, list, named, nullable, text } from '../schemas.ts';

/** What the platform says of itself; the composition knows it. */
export interface PlatformFacts {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** The settings, already redacted. */
  readonly config: Readonly<Record<string, unknown>>;
  /** One row for each capability of the evolution matrix. */
  readonly evolution: () => Promise<readonly EvolutionRow[]>;
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

const statusReply = named(
  'Status',
  Type.Object({
    version: text,
    uptimeSeconds: integer,
    governanceVersion: Type.Integer({ description: 'what governs this process' }),
    ready: Type.Boolean(),
    checks: list(Type.Object({ name: text, ok: Type.Boolean(), detail: nullable(text) })),
    lanes: Type.Object({ total: integer, waiting: integer, parked: integer, deadLetters: integer }),
    evolution: list(
      Type.Object({ capability: text, title: text, driver: text, is: text, embedded: text, realised: text, proposed: text, change: text }),
    ),
  }),
);

/** What the composition hands in, redacted by it. */
const configReply = named('Config', Type.Record(Type.String(), Type.Unknown()));

export interface StatusRoutesOptions {
  readonly facts: PlatformFacts;
  readonly spine: Pick<SpineQueries, 'lanes'>;
  readonly governanceVersion: () => number;
  readonly clock: Clock;
}

export function statusRoutes(app: ApiApp, { facts, spine, governanceVersion, clock }: StatusRoutesOptions): void {
  app.get(
    '/status',
    operation({
      id: 'getStatus',
      tag: 'platform',
      summary: 'Shows version, health and depth in sum',
      permission: 'platform.status.read',
      exempt: 'who stopped something has to see how the platform is',
      reply: statusReply,
      example: {
        reply: {
          version: '0.1.0',
          uptimeSeconds: 3_600,
          governanceVersion: 12,
          ready: true,
          checks: [{ name: 'database', ok: true, detail: null }],
          lanes: { total: 3, waiting: 0, parked: 0, deadLetters: 1 },
          evolution: [],
        },
      },
    }),
    async () => {
      const [checks, lanes, evolution] = await Promise.all([facts.checks(), spine.lanes({}), facts.evolution()]);
      const sum = (of: 'waiting' | 'parked' | 'deadLetters') => lanes.reduce((total, lane) => total + lane[of], 0);
      return {
        version: facts.version,
        uptimeSeconds: Math.max(0, Math.floor((clock.now() - facts.startedAt) / 1_000)),
        governanceVersion: governanceVersion(),
        ready: checks.every(({ ok }) => ok),
        checks: checks.map(({ name, ok, detail }) => ({ name, ok, detail: detail ?? null })),
        lanes: { total: lanes.length, waiting: sum('waiting'), parked: sum('parked'), deadLetters: sum('deadLetters') },
        evolution: [...evolution],
      };
    },
  );

  app.get(
    '/config',
    operation({
      id: 'getConfig',
      tag: 'platform',
      summary: 'Shows the settings in force; secrets are redacted',
      permission: 'platform.config.read',
      reply: configReply,
      example: { reply: { host: '127.0.0.1', port: 8080, databaseUrl: null } },
    }),
    async () => facts.config,
  );
}

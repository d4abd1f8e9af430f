import type { Actor, Context } from '@etis/contracts/context';
import { type ErrorKind, EtisError, traceparentFrom } from '@etis/kernel';
import { testContext } from '@etis/testing';
import { type FastifyInstance, fastify } from 'fastify';
import { type ControlUnderTest, startControl } from '../control-under-test.ts';
import type { ControlOptions } from '../index.ts';
import { createRecord, type RecordState, type RecordUnderTest, sourcesUnderTest } from '../ports-under-test.ts';
import { desksUnderTest } from './desks-under-test.ts';

/** An answer as a caller sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed where it is JSON. */
  readonly body: Record<string, unknown>;
  readonly text: string;
}

interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API on a real database, behind a listener that does what the edge does for it: context and problems. */
export interface ApiUnderTest extends AsyncDisposable, Pick<ControlUnderTest, 'control' | 'database' | 'version'> {
  readonly app: FastifyInstance;
  readonly record: RecordUnderTest;
  readonly desks: ReturnType<typeof desksUnderTest>;
  /** `path` is below `/api/v1`. */
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
  /** The actions of the audit record since the start, without mere accesses. */
  audited(): Promise<readonly { action: string; target: string; tenant_id: string | null; actor_id: string }[]>;
}

const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  precondition: 412,
  unprocessable: 422,
  'too-large': 413,
  limited: 429,
  unavailable: 503,
  setup: 500,
  internal: 500,
};

const operator: Actor = { kind: 'operator', id: 'operator' };

export async function startApi(options: Partial<ControlOptions> & { state?: Partial<RecordState> } = {}): Promise<ApiUnderTest> {
  const { state, ...overrides } = options;
  const record = createRecord(state);
  const { spine, operations, sent } = record;
  const desks = desksUnderTest();
  const under = await startControl({ spine, operations, sent, sources: sourcesUnderTest, command: desks, ...overrides });
  const app = await mount(under);
  return {
    control: under.control,
    database: under.database,
    version: under.version,
    app,
    record,
    desks,
    async ask(method, path, { body, headers = {} } = {}) {
      const sends = body === undefined ? {} : { payload: JSON.stringify(body) };
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const response = await app.inject({ method: method as 'GET', url: `/api/v1${path}`, headers: { ...type, ...headers }, ...sends });
      const isJson = /json/.test(String(response.headers['content-type']));
      return {
        status: response.statusCode,
        headers: response.headers as Answer['headers'],
        body: isJson && response.body !== '' ? response.json() : {},
        text: response.body,
      };
    },
    async audited() {
      return under.database.admin('control')(
        `select action, target, tenant_id, actor_id from audit_entry where action <> 'platform.access' and actor_id <> 'control' order by id`,
      );
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await under[Symbol.asyncDispose]();
    },
  };
}

/** Mounts the routes as the edge does. */
async function mount({ control }: Pick<ControlUnderTest, 'control'>): Promise<FastifyInstance> {
  const app = fastify();
  app.decorateRequest('etis');
  app.addHook('onRequest', async (request) => {
    const context: Context = testContext({ actor: operator });
    request.etis = { ...context, traceparent: traceparentFrom(undefined) };
  });
  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof EtisError;
    const fromHttp = (error as { statusCode?: unknown }).statusCode;
    const status = known ? statuses[error.kind] : typeof fromHttp === 'number' ? fromHttp : 500;
    const problem = known
      ? { status, code: error.code, title: 'Error', type: 'urn:test', detail: error.message, errors: error.details }
      : { status, code: 'EDGE', title: 'Error', type: 'urn:test', detail: String(error) };
    return reply
      .code(status)
      .type('application/problem+json')
      .serializer((payload: unknown) => payload as string)
      .send(JSON.stringify(problem));
  });
  await app.register(control.routes.register, { prefix: control.routes.prefix });
  await app.ready();
  return app;
}

import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Directives } from '@etis/contracts/directives';
import type { Inbox } from '@etis/contracts/events';
import type { ConnectionView } from '@etis/contracts/governance';
import type { Meter } from '@etis/contracts/telemetry';
import { type FakeInbox, fakeEdge, fakeGovernance, fakeInbox, fakeSecrets, rememberingLog } from './fakes.ts';
import { createIngestion, type Ingestion } from './index.ts';

/** What was answered. Header names are lower case. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A running plane for tests: one connection of each given kind of source, named as its kind, on a real listener. */
export interface IngestionStand {
  readonly ingestion: Ingestion;
  readonly inbox: FakeInbox;
  readonly url: string;
  /** What the platform takes for the present; tests set it. */
  readonly clock: { at: number };
  ask(request: {
    method: string;
    path: string;
    headers?: Readonly<Record<string, string | readonly string[]>>;
    body?: Uint8Array | string;
  }): Promise<Answer>;
  close(): Promise<void>;
}

/** `secrets` are the live secrets of each connection by its kind, newest first. `inbox` stands in for the one in memory. */
export async function startIngestion(options: {
  secrets: Readonly<Record<string, readonly string[]>>;
  inbox?: Inbox;
  directives?: Directives;
  restrictedBytes?: number;
  meter?: Meter;
}): Promise<IngestionStand> {
  const clock = { at: Date.parse('2026-03-01T10:00:00.000Z') };
  const sealer = fakeSecrets();
  const connections = Object.entries(options.secrets).map(([kind, plain]): ConnectionView => {
    const binding = { tenant: null, table: 'connection_secret', column: 'sealed', row: kind };
    return { id: kind, source: kind, tenant: null, enabled: true, secrets: plain.map((secret) => sealer.seal(secret, binding)) };
  });
  const inbox = fakeInbox();
  const ingestion = createIngestion({
    inbox: options.inbox ?? inbox,
    ...(options.directives === undefined ? {} : { directives: options.directives }),
    ...(options.restrictedBytes === undefined ? {} : { restrictedBytes: options.restrictedBytes }),
    ...(options.meter === undefined ? {} : { meter: options.meter }),
    governance: fakeGovernance(connections),
    secrets: sealer,
    log: rememberingLog().log,
    clock: { now: () => clock.at },
  });
  const edge = await fakeEdge(ingestion.routes);
  return {
    ingestion,
    inbox,
    clock,
    url: edge.url,
    ask: ({ method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(`${edge.url}${path}`, { method }, (response) => resolve(answerOf(response)));
        sent.on('error', reject);
        for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value as string | string[]);
        sent.end(body);
      }),
    async close() {
      await edge.close();
      await ingestion.service.stop();
    },
  };
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() };
}

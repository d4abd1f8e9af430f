import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Change, type Client, createClient, ProblemError } from './index.ts';

const asked: (string | undefined)[] = [];
let turns: ((response: ServerResponse) => void)[];
let server: Server;
let etis: Client;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers['last-event-id'] as string | undefined);
    const turn = turns.shift();
    if (turn !== undefined) turn(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  etis = createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'x' });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
  turns = [];
});

const event = (version: number, id = 'acme') =>
  `id: ${version}\nevent: change\ndata: {"resource":"tenants","id":"${id}","version":${version}}\n\n`;
const start = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

async function take(count: number, options: Parameters<Client['changes']>[0] = {}): Promise<Change[]> {
  const found: Change[] = [];
  for await (const change of etis.changes(options)) if (found.push(change) === count) break;
  return found;
}

describe('changes', () => {
  it('come as they happen, and go on where the stream ended or broke', async () => {
    turns = [
      (response) => start(response).end(`retry: 1\nid: 3\nevent: ready\ndata: {"version":3}\n\n${event(4)}: heartbeat\n\n`),
      (response) => void start(response).write(event(5), () => response.destroy()),
      (response) => void start(response).write(event(6)),
    ];
    expect((await take(3)).map(({ version }) => version)).toEqual([4, 5, 6]);
    expect(asked).toEqual([undefined, '4', '5']);
  });

  it('resume after a version that the caller knows', async () => {
    turns = [(response) => void start(response).write(event(8))];
    await take(1, { after: 7 });
    expect(asked).toEqual(['7']);
  });

  it('wait out a platform that is away', async () => {
    turns = [
      (response) => start(response).end('retry: 1\n\nid: 1\nevent: ready\ndata: {}\n\n'),
      (response) => response.writeHead(503, { 'retry-after': '0' }).end(),
      (response) => response.destroy(),
      (response) => void start(response).write(event(2)),
    ];
    expect(await take(1)).toHaveLength(1);
    expect(asked).toEqual([undefined, '1', '1', '1']);
  });

  it.each([401, 403, 404])('end with a problem where asking again changes nothing: %i', async (status) => {
    turns = [(response) => response.writeHead(status).end()];
    await expect(take(1)).rejects.toBeInstanceOf(ProblemError);
    expect(asked).toHaveLength(1);
  });

  it('end without an error when the signal says so, and close the connection', async () => {
    const controller = new AbortController();
    const closed = new Promise((resolve) => {
      turns = [
        (response) => {
          response.once('close', resolve);
          start(response).write(event(1));
        },
      ];
    });
    const found: Change[] = [];
    for await (const change of etis.changes({ signal: controller.signal })) {
      found.push(change);
      controller.abort();
    }
    expect(found).toHaveLength(1);
    await closed;
  });

  it('close the connection when the reader leaves the loop', async () => {
    const closed = new Promise((resolve) => {
      turns = [
        (response) => {
          response.once('close', resolve);
          start(response).write(event(1));
        },
      ];
    });
    await take(1);
    await closed;
  });

  it('say whether the stream is open', async () => {
    turns = [
      (response) => void start(response).write(`retry: 1\n${event(1)}`, () => response.destroy()),
      (response) => response.writeHead(503, { 'retry-after': '0' }).end(),
      (response) => void start(response).write(event(2)),
    ];
    const states: boolean[] = [];
    await take(2, { onState: (open) => void states.push(open) });
    expect(states).toEqual([true, false, false, true]);
  });
});

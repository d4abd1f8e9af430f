import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server that workflows call. It answers at once and keeps which idempotency keys it was given. */
export interface CalledServer {
  readonly port: number;
  readonly keys: ReadonlySet<string>;
  calls(): number;
  close(): Promise<void>;
}

export async function startCalledServer(): Promise<CalledServer> {
  const keys = new Set<string>();
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    keys.add(String(request.headers['idempotency-key']));
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    port: (server.address() as AddressInfo).port,
    keys,
    calls: () => calls,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

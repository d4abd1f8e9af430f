import { connect, type Socket } from 'node:net';

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds from writing a request to its whole answer. */
  readonly latencies: readonly number[];
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/**
 * Sends the given requests, each once, over keep-alive connections, the next one on a connection when the last one was answered. Requests are
 * whole HTTP messages made beforehand, so that the client costs little and the server is what is measured.
 */
export async function load(options: { port: number; connections: number; requests: readonly Buffer[] }): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  let next = 0;

  const sockets = await Promise.all(Array.from({ length: options.connections }, () => open(options.port)));
  const start = performance.now();
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          let received = '';
          let sentAt = 0;
          const send = (): void => {
            const request = options.requests[next++];
            if (request === undefined) {
              socket.end();
              resolve();
              return;
            }
            sentAt = performance.now();
            socket.write(request);
          };
          socket.on('data', (chunk: string) => {
            received += chunk;
            const length = answerLength(received);
            if (length === null || received.length < length) return;
            const status = received.slice(9, 12);
            statuses[status] = (statuses[status] ?? 0) + 1;
            received = received.slice(length);
            latencies.push(performance.now() - sentAt);
            send();
          });
          socket.once('error', reject);
          socket.once('close', () => reject(new Error('the server closed a connection')));
          send();
        }),
    ),
  );
  const seconds = (performance.now() - start) / 1_000;
  return { requestsPerSecond: latencies.length / seconds, latencies, statuses };
}

/** How long the first whole answer is, in latin1 characters; null while its head is not complete. */
function answerLength(received: string): number | null {
  const head = received.indexOf('\r\n\r\n');
  if (head === -1) return null;
  const length = /content-length: (\d+)/i.exec(received.slice(0, head));
  return head + 4 + Number(length?.[1] ?? 0);
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.setEncoding('latin1');
    socket.once('error', reject);
  });
}

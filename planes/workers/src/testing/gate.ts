import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** Where jobs under test wait until they are let go; it is on a socket because they wait in another thread. */
export interface Gate {
  readonly port: number;
  /** The next job that has come to the gate. */
  arrival(): Promise<{ open(): void /** Resolves when the job's end of the line is gone. */; readonly gone: Promise<void> }>;
  close(): Promise<void>;
}

export async function openGate(): Promise<Gate> {
  const arrived: Socket[] = [];
  const waiting: ((socket: Socket) => void)[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.resume();
    const next = waiting.shift();
    if (next === undefined) arrived.push(socket);
    else next(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async arrival() {
      const socket = arrived.shift() ?? (await new Promise<Socket>((resolve) => waiting.push(resolve)));
      const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      return { open: () => void socket.end('open'), gone };
    },
    async close() {
      for (const socket of arrived) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

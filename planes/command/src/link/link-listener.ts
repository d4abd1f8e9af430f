import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mostMessageBytes, socketWire } from '@etis/agent';
import type { Log } from '@etis/contracts/log';
import { type Clock, createLoop, errorText, type Service } from '@etis/kernel';
import { WebSocketServer } from 'ws';
import { errors } from '../errors.ts';
import { type CertifiedKey, createLinkCertificate } from '../keys/link-certificate.ts';
import type { LinkServer } from './link-server.ts';

/** Where subscribers of other processes dial in. */
export interface LinkListener extends Service {
  /** The real port, where 0 was asked for. */
  port(): number;
}

const dayMs = 86_400_000;
const certifiedForMs = 90 * dayMs;
const renewedEveryMs = 30 * dayMs;
/** Both connections of ten thousand subscribers, and some to spare. */
const mostConnections = 25_000;
const noncePattern = /^[A-Za-z0-9_-]{16,64}$/;

/** WebSockets over TLS 1.3 at `/link`, and nothing else. `start` throws COMMAND_LINK_PORT where it cannot listen. */
export function createLinkListener(options: {
  host: string;
  port: number;
  authority: () => CertifiedKey;
  server: Pick<LinkServer, 'accept'>;
  clock: Clock;
  log: Log;
}): LinkListener {
  const { host, port, authority, server, clock } = options;
  const log = options.log.child({ plane: 'command' });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: mostMessageBytes, perMessageDeflate: false, clientTracking: true });
  let https: Server | undefined;

  function certified() {
    const { certificate, privateKey } = createLinkCertificate(authority(), { now: clock.now(), validMs: certifiedForMs });
    return { cert: certificate, key: privateKey, minVersion: 'TLSv1.3' as const };
  }

  const renewing = createLoop({
    name: 'link certificate',
    log,
    idleMs: dayMs,
    async round() {
      if (clock.now() - renewedAt < renewedEveryMs) return false;
      renewedAt = clock.now();
      https?.setSecureContext(certified());
      return false;
    },
  });
  let renewedAt = 0;

  return {
    name: 'link listener',
    port: () => (https?.address() as AddressInfo | null)?.port ?? port,
    async start() {
      renewedAt = clock.now();
      https = createServer({ ...certified(), headersTimeout: 10_000, requestTimeout: 10_000 }, (_request, response) => {
        response.writeHead(404, { connection: 'close' }).end();
      });
      https.maxConnections = mostConnections;
      https.on('tlsClientError', (error) => log.debug({ err: error }, 'somebody spoke no TLS that the link speaks'));
      https.on('upgrade', (request, socket, head) => {
        const url = URL.parse(request.url ?? '', 'https://link');
        const nonce = url?.searchParams.get('nonce') ?? '';
        if (url?.pathname !== '/link' || !noncePattern.test(nonce)) {
          socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
          return;
        }
        sockets.handleUpgrade(request, socket, head, (opened) => server.accept(socketWire(opened), nonce));
      });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      https.once('error', (error) => reject(errors.LINK_PORT.because({ cause: error }, host, port, errorText(error))));
      https.listen(port, host, resolve);
      await promise;
      await renewing.start();
    },
    async stop() {
      await renewing.stop();
      for (const socket of sockets.clients) socket.close(1001, 'the platform stops');
      const closed = new Promise<void>((resolve) => https?.close(() => resolve()) ?? resolve());
      const force = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        https?.closeAllConnections();
      }, 500);
      await closed;
      clearTimeout(force);
      https = undefined;
    },
  };
}

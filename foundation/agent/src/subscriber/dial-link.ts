import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { errorText } from '@etis/kernel';
import { type ClientOptions, WebSocket } from 'ws';
import { errors } from '../errors.ts';
import type { Connect } from './link-session.ts';
import { mostMessageBytes, socketWire } from './socket-wire.ts';

/** The name on every certificate of the link: the authority is pinned, so a name that is looked up adds nothing. */
export const linkName = 'etis-link';

const dialMs = 10_000;

/**
 * Dials the platform over TLS; of several addresses one after the other. `authority` is the PEM of the only certificate that is trusted to sign the
 * platform's. @throws AGENT_LINK_REFUSED
 */
export function dialLink({ urls, authority }: { urls: readonly string[]; authority: string }): Connect {
  const addresses = urls.map(addressOf);
  let turn = 0;
  /** What resumes the last TLS session: for the next connection no certificate has to be proved and verified again. */
  let session: Buffer | undefined;

  function connectAgain(to: ConnectionOptions): TLSSocket {
    const socket = connectTls(session === undefined ? to : { ...to, session });
    socket.on('session', (fresh) => {
      session = fresh;
    });
    return socket;
  }

  return async (channel, nonce) => {
    const address = addresses[turn % addresses.length];
    turn += 1;
    if (address === undefined) throw errors.LINK_REFUSED('it has no address');
    const url = new URL(address);
    url.searchParams.set('nonce', nonce);
    url.searchParams.set('channel', channel);
    const options: ClientOptions & ConnectionOptions = {
      ca: authority,
      servername: linkName,
      minVersion: 'TLSv1.3',
      maxPayload: mostMessageBytes,
      perMessageDeflate: false,
      handshakeTimeout: dialMs,
      // Declared for plain sockets, and called with what TLS needs.
      createConnection: connectAgain as unknown as NonNullable<ClientOptions['createConnection']>,
    };
    const socket = new WebSocket(url, options);
    const wire = socketWire(socket);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('open', resolve);
    socket.once('error', (error) =>
      reject(errors.LINK_REFUSED.because({ cause: error }, `${address.host} does not answer (${errorText(error)})`)),
    );
    await promise;
    return wire;
  };
}

function addressOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'wss:' || url.username !== '' || url.password !== '') {
    throw errors.LINK_REFUSED(`"${text.slice(0, 200)}" is no wss: address`);
  }
  return url;
}

import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/*
 * Takes the network away from the process that loads this, before anything else is loaded: what a document names outside of itself is never asked for.
 */
const deny = (): never => {
  throw new Error('this process has no network');
};

net.Socket.prototype.connect = deny;
net.Server.prototype.listen = deny;
dgram.createSocket = deny;
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'reverse', 'lookupService'] as const) {
  Object.assign(dns, { [name]: deny });
  Object.assign(dns.promises, { [name]: deny });
}
syncBuiltinESMExports();
for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']) {
  Object.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false });
}

import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { errors } from '../errors.ts';
import type { AddressPolicy } from './address-policy.ts';
import { unlessAborted } from './unless-aborted.ts';

/** One address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Resolves a host name to all of its addresses. */
export type Lookup = (host: string) => Promise<readonly ResolvedAddress[]>;

/**
 * Resolves, checks every address, and connects to one of those very addresses: between the check and the connection nobody is asked again,
 * so a name server that changes its answer gains nothing. One refused address refuses the host, because a mixed answer is an attack or a mistake.
 */
export function createCheckedConnector(options: { policy: AddressPolicy; lookup: Lookup; timeoutMs: number }): buildConnector.connector {
  async function checked(hostname: string, port: number): Promise<readonly ResolvedAddress[]> {
    const family = isIP(hostname);
    const host = family === 6 ? `[${hostname}]` : hostname;
    const addresses = family === 0 ? await resolve(hostname) : [{ address: hostname, family: family === 6 ? 6 : 4 } as const];
    const refused = addresses.find(({ address }) => !options.policy.allows(address, { host, port }));
    if (refused !== undefined) throw errors.ADDRESS_REFUSED.because({ internal: `${host} leads to ${refused.address}` }, host);
    return addresses;
  }

  async function resolve(hostname: string): Promise<readonly ResolvedAddress[]> {
    // A look-up cannot be called off, but it must not hold a place among the connections for longer than a connection may take.
    const lookup = unlessAborted(options.lookup(hostname), AbortSignal.timeout(options.timeoutMs));
    const addresses = await lookup.catch((cause: unknown) => {
      if (cause instanceof DOMException && cause.name === 'TimeoutError') throw errors.OUTBOUND_TIMEOUT(hostname, options.timeoutMs);
      throw errors.OUTBOUND_NAME_UNKNOWN.because({ cause }, hostname);
    });
    if (addresses.length === 0) throw errors.OUTBOUND_NAME_UNKNOWN(hostname);
    return addresses;
  }

  return (target, callback) => {
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    checked(target.hostname, port).then(
      (addresses) => {
        const connect = buildConnector({ lookup: pinned(addresses), timeout: options.timeoutMs, allowH2: false, maxCachedSessions: 0 });
        connect(target, callback);
      },
      (error: Error) => callback(error, null),
    );
  };
}

/** Answers every look-up of the connection with the addresses that were checked. */
function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}

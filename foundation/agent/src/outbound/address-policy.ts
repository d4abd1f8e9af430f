import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { errors } from '../errors.ts';

/** Decides which addresses a user's URL may lead to. */
export interface AddressPolicy {
  /** Whether this IP address may be connected to for this host and port. What is not understood is refused. */
  allows(address: string, target: { host: string; port: number }): boolean;
}

/** Metadata services hand out credentials to whoever reaches them: no exception opens them. */
const metadataServices: ReadonlySet<string> = new Set(
  ['169.254.169.254', '169.254.170.2', '169.254.170.23', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd00:ec2::23'].map((address) =>
    ipaddr.parse(address).toNormalizedString(),
  ),
);

/** Ranges that an exception may open. Forms that carry another address inside (mapped, NAT64, 6to4, Teredo) never are. */
const localRanges: ReadonlySet<string> = new Set(['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat']);

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Public addresses only, apart from the exceptions: CIDR blocks (`10.1.0.0/16`), or `host:port` pairs as they stand in a URL
 * (`127.0.0.1:2525`, `[::1]:2525`, `sink.internal:80`), which open local ranges for that pair alone.
 * @throws AGENT_OUTBOUND_EXCEPTION_INVALID
 */
export function createAddressPolicy(exceptions: readonly string[] = []): AddressPolicy {
  const blocks: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  const targets = new Set<string>();
  for (const text of exceptions) {
    if (ipaddr.isValidCIDR(text)) blocks.push(ipaddr.parseCIDR(text));
    else if (/^[^/\s]+:\d{1,5}$/.test(text)) targets.add(text.toLowerCase());
    else throw errors.OUTBOUND_EXCEPTION_INVALID(text);
  }
  return {
    allows(text, { host, port }) {
      if (isIP(text) === 0) return false;
      const address = ipaddr.parse(text);
      if (metadataServices.has(address.toNormalizedString())) return false;
      if (isPublic(address)) return true;
      if (!localRanges.has(address.range())) return false;
      return (
        targets.has(`${host.toLowerCase()}:${port}`) ||
        blocks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
      );
    },
  };
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast);
}

/** A URL that may be called at all. @throws AGENT_OUTBOUND_URL_REFUSED */
export function parseOutboundUrl(text: string, base?: URL): URL {
  if (text.length > 4_096) throw errors.OUTBOUND_URL_REFUSED('it is longer than 4096 characters');
  const url = URL.parse(text, base?.href);
  if (url === null) throw errors.OUTBOUND_URL_REFUSED('it is not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw errors.OUTBOUND_URL_REFUSED(`its scheme is ${url.protocol.slice(0, 20)}`);
  }
  if (url.username !== '' || url.password !== '') throw errors.OUTBOUND_URL_REFUSED('it contains a user or a password');
  return url;
}

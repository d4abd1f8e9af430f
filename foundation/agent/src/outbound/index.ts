export type { Lookup, ResolvedAddress } from './checked-connector.ts';
export { createOutboundClient, type OutboundClient, type OutboundClientOptions } from './outbound-client.ts';
export type { OutboundRequest, OutboundResponse } from './outbound-request.ts';

import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('EDGE', {
  ROUTE_UNGUARDED: {
    kind: 'setup',
    message: (method: string, path: string) =>
      `The route ${method} ${path} declares no permission, so nobody could say who may use it. Set config.permission to a permission, or to { public: '<reason>' }.`,
  },
  NOT_LISTENING: {
    kind: 'internal',
    message: () => 'The edge has no address because it does not listen. Start it first.',
  },
  PORT_TAKEN: {
    kind: 'setup',
    message: (port: number, host: string) =>
      `Port ${port} on ${host} is taken by another program. Set ETIS_PORT to a free one, or stop that program.`,
  },
  PORT_FORBIDDEN: {
    kind: 'setup',
    message: (port: number, host: string) =>
      `This user may not listen on port ${port} of ${host}. Set ETIS_PORT to a port above 1023, or give the user that right.`,
  },
  ADDRESS_UNKNOWN: {
    kind: 'setup',
    message: (host: string) =>
      `${host} is not an address of this machine, so nothing can listen there. Listen on 127.0.0.1 or on one of its own.`,
  },
  UNAUTHENTICATED: {
    kind: 'unauthenticated',
    message: () => 'This route needs a valid credential and the request brought none. Send it as "Authorization: Bearer <credential>".',
  },
  FORBIDDEN: {
    kind: 'forbidden',
    message: (permission: string) => `This credential lacks the permission ${permission}, which this route needs. Ask an operator for it.`,
  },
  PROXY_FULL: {
    kind: 'unavailable',
    retryable: true,
    message: (limit: number) =>
      `${limit} requests to the platform process are under way already, which is as many as are forwarded. Try again in a moment.`,
  },
  RESTRICTED: {
    kind: 'unavailable',
    retryable: true,
    message: (verb: string, reason: string) =>
      `An operator's directive (${verb}) stops requests for now: ${reason}. Nothing was done; ask again when it is over.`,
  },
  THROTTLED: {
    kind: 'limited',
    retryable: true,
    message: (reason: string) =>
      `An operator's directive bounds how often this may be asked for: ${reason}. Ask again after the time in Retry-After.`,
  },
  SITE_UNBUILT: {
    kind: 'setup',
    message: (folder: string) => `There is no index.html in ${folder}, so there is no page to serve. Build it: npm run build.`,
  },
  ROUTE_UNKNOWN: { kind: 'not-found', message: () => 'There is nothing at this address. Check the path.' },
});

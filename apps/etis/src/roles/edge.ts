import { consoleSite } from '@etis/console';
import { createPlatformProxy, createSite } from '@etis/edge';
import { EtisError } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { Node } from '../node/node.ts';
import type { Role } from './role.ts';

/** What the outside meets: the listener that every process has, and with the platform elsewhere the way to its API. */
export const edge: Role = {
  domains: [],
  spine: null,
  async start(node) {
    if (node.roles.includes('platform')) return await serveConsole(node);
    const origins = node.config.platformUrls;
    if (origins.length === 0) {
      node.log.info({}, 'ETIS_PLATFORM_URL is not set, so this edge does not serve the Platform API');
      return;
    }
    const own = node.config.port === 0 ? null : `http://${node.config.host}:${node.config.port}`;
    if (own !== null && origins.includes(own)) throw errors.PLATFORM_URL_OWN(own);
    const proxy = createPlatformProxy({ origins, log: node.log });
    await node.run(proxy.service);
    node.mount(proxy.routes);
    await serveConsole(node);
  },
};

/** Where the Platform API is, there is the console, on the same origin. One that was not built is no reason not to start. */
async function serveConsole({ mount, log }: Node): Promise<void> {
  try {
    mount(await createSite(consoleSite));
  } catch (error) {
    if (!(error instanceof EtisError && error.code === 'EDGE_SITE_UNBUILT')) throw error;
    log.warn({ err: error }, 'the console is not served');
  }
}

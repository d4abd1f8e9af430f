import type { Log } from '@etis/contracts/log';
import type { Config } from '@etis/kernel';
import type { EmbeddedServer } from '@etis/postgres';
import { type RunningNode, startNode } from '../node/start-node.ts';
import { roleNames } from '../roles/role-names.ts';
import { prepareDatabase, preparedAccess } from './open-database.ts';

/** The embedded state: every role in this one process, with the embedded server where there is one. */
export async function startPlatform(options: {
  config: Config;
  demo: boolean;
  /** The embedded server; null where DATABASE_URL names another. */
  server: EmbeddedServer | null;
  log: Log;
}): Promise<RunningNode> {
  const { config, server, log } = options;
  await using stack = new AsyncDisposableStack();
  if (server !== null) stack.defer(() => server.stop());
  const node = await startNode({
    config,
    choice: { roles: roleNames, clusters: null, kinds: null },
    ...(server === null ? {} : { freeBytes: server.freeBytes }),
    guests: options.demo ? [(await import('../demonstration/demonstration.ts')).demonstration] : [],
    log,
    async openAccess(home, needed) {
      if (server === null) return preparedAccess(home, needed);
      const { domains } = await import('./domains.ts');
      await server.start();
      return prepareDatabase({ admin: server.admin(), layout: config.databases, home, domains, log });
    },
  });
  stack.defer(() => node.stop());
  const started = stack.move();
  return { ...node, stop: () => started.disposeAsync() };
}

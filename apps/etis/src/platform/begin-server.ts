import type { Log } from '@etis/contracts/log';
import type { Config } from '@etis/kernel';
import { createEmbeddedServer, type EmbeddedServer } from '@etis/postgres';
import { openHome } from './home.ts';

/**
 * Begins to start the embedded server; `start` of what it returns waits for that. A server of yours (DATABASE_URL) gives null.
 * It imports little on purpose: PostgreSQL starts while the rest of the platform is still being loaded.
 */
export function beginServer(options: { config: Config; log: Log; notice: (sentence: string) => void }): EmbeddedServer | null {
  const { config, log, notice } = options;
  if (config.databaseUrl !== null) return null;
  const server = createEmbeddedServer({ home: config.home, log, notice });
  const started = openHome(config.home).then(() => server.start());
  // Whoever calls `start` gets the error; until then it must not count as nobody's.
  started.catch(() => undefined);
  return { ...server, start: () => started };
}

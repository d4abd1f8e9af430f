import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@etis/kernel';
import { type AdminAccess, createEmbeddedServer } from '@etis/postgres';

/** A PostgreSQL server in a temporary folder. */
export interface TestServer {
  readonly admin: AdminAccess;
  /** Stops the server and deletes its folder. */
  stop(): Promise<void>;
}

/**
 * Tests lose nothing when the machine fails, so the server does not wait for the disk; in all else it commits as the product's does.
 * Many test files connect at once.
 */
const flags = ['fsync = off', 'full_page_writes = off', 'max_connections = 300'];

/** Starts a server of one's own, for what concerns a server as a whole; about a second. Others take `createTestDatabase`. */
export async function startTestServer(): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'etis-test-'));
  // Under root the server runs as another user, who has to get through to its own folder.
  await chmod(home, 0o711);
  const server = createEmbeddedServer({ home, log: silentLog, flags, notice: () => {} });
  try {
    await server.start();
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
  return {
    admin: server.admin(),
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

import { statfs } from 'node:fs/promises';
import type { Log } from '@etis/contracts/log';
import { createLoop, EtisError, errorText, type Service } from '@etis/kernel';
import type { AdminAccess } from '../admin.ts';
import { errors } from '../errors.ts';
import { findBinaries } from './binaries.ts';
import { adminUser, openDataFolder, removeDrafts } from './data-folder.ts';
import { claimHome, type HomeClaim } from './home-claim.ts';
import { findPlace, type Place } from './place.ts';
import { findListening, type Listening, startServer, stopServer } from './server-process.ts';
import { type ServerUser, serverUser } from './server-user.ts';
import { removeSocketFolder, removeUnusedSocketFolder } from './socket-folder.ts';

/** A PostgreSQL server that the platform starts, watches and stops. */
export interface EmbeddedServer extends Service {
  /** The superuser's way in. @throws before `start` has resolved */
  admin(): AdminAccess;
  /** How much room its volume has for this user. @throws before `start` has resolved */
  freeBytes(): Promise<number>;
}

interface Running {
  readonly place: Place;
  readonly user: ServerUser | null;
  readonly password: string;
  readonly listening: Listening;
  readonly claim: HomeClaim;
}

const probeEveryMs = 1_000;

/**
 * The embedded server of one home. `start` makes the data folder where there is none, adopts a server that outlived its platform, and refuses a
 * folder that another platform uses. It listens on a private Unix socket only (127.0.0.1 on Windows), and runs in a session of its own, so that
 * Ctrl-C reaches the platform first. While it runs it is probed each second and started again when it is gone.
 * `flags` are further settings, such as `fsync = off` for tests; `notice` gets sentences for the person at the terminal.
 * @throws POSTGRES_HOME_IN_USE, POSTGRES_HOME_UNWRITABLE, POSTGRES_DATA_VERSION, POSTGRES_DATA_UNREADABLE, POSTGRES_PASSWORD_LOST,
 * POSTGRES_SOCKET_FOLDER_TAKEN, POSTGRES_INITDB_FAILED, POSTGRES_START_FAILED, POSTGRES_PLATFORM_UNSUPPORTED
 */
export function createEmbeddedServer(options: {
  home: string;
  log: Log;
  flags?: readonly string[];
  notice: (sentence: string) => void;
}): EmbeddedServer {
  const { home, log, notice, flags = [] } = options;
  let running: Running | null = null;

  let starting: Promise<void> = Promise.resolve();

  async function begin(): Promise<void> {
    try {
      const user = serverUser();
      const place = await findPlace({ home, user, binaries: findBinaries(), notice });
      const password = await openDataFolder(place, user);
      running = await claim({ place, user, password });
      await removeDrafts(place).catch((error) => log.warn({ err: error }, 'what an earlier start left behind could not be removed'));
      await watch.start();
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      throw errors.HOME_UNWRITABLE.because({ cause: error }, home, errorText(error));
    }
  }

  async function claim({ place, user, password }: Pick<Running, 'place' | 'user' | 'password'>): Promise<Running> {
    const { data } = place;
    const adopted = await findListening(data);
    if (adopted !== null) {
      const claim = await claimHome({ listening: adopted, password, place });
      if (claim !== null) return { place, user, password, listening: adopted, claim };
    }
    try {
      const listening = await startServer({ place, user, flags });
      const claim = await claimHome({ listening, password, place });
      if (claim === null) throw errors.START_FAILED('it takes no connections.', place.log);
      return { place, user, password, listening, claim };
    } catch (error) {
      // Nobody could use or stop what was started here; a server that another platform claimed first is that one's.
      if (!(error instanceof EtisError && error.code === 'POSTGRES_HOME_IN_USE')) await stopServer({ place, user });
      await removeUnusedSocketFolder(data, user);
      throw error;
    }
  }

  const watch = createLoop({
    name: 'embedded PostgreSQL watch',
    log,
    idleMs: probeEveryMs,
    async round(signal) {
      const current = running;
      if (current === null || signal.aborted || (await current.claim.alive())) return false;
      log.warn({ pid: current.listening.pid }, 'the embedded PostgreSQL is gone; starting it again');
      await current.claim.release();
      running = await claim(current);
      log.warn({ pid: running.listening.pid }, 'the embedded PostgreSQL runs again');
      return false;
    },
  });

  let stopping: Promise<void> | undefined;

  async function end(): Promise<void> {
    const current = running;
    running = null;
    if (current === null) return;
    await current.claim.release();
    const { place, listening } = current;
    // Where ours was killed a moment ago, another platform may have started its own here.
    const found = await findListening(place.data);
    if (found !== null && found.pid !== listening.pid) return;
    await stopServer(current);
    await removeSocketFolder(place.data, listening.host);
  }

  return {
    name: 'embedded PostgreSQL',
    start() {
      starting = begin();
      return starting;
    },
    async stop() {
      // What a start still brings up is stopped, too; how that start ended is told to its caller.
      await starting.catch(() => undefined);
      await watch.stop();
      stopping ??= end().finally(() => {
        stopping = undefined;
      });
      await stopping;
    },
    admin() {
      if (running === null) throw new Error('the embedded server has not started');
      const { host, port } = running.listening;
      return { host, port, user: adminUser, password: running.password, database: 'postgres' };
    },
    async freeBytes() {
      if (running === null) throw new Error('the embedded server has not started');
      const { bavail, bsize } = await statfs(running.place.data);
      return bavail * bsize;
    },
  };
}

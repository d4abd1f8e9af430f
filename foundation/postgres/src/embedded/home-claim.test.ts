import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, makeHome, makeServer, serverPid } from './fixtures/embedded-home.ts';
import { claimHome } from './home-claim.ts';
import type { Place } from './place.ts';

const place: Place = { store: '/store', data: '/store/data', log: '/store/log', binaries: '/binaries' };

/** Something that is no PostgreSQL and does this with each connection. */
async function listener(onConnection: (socket: Socket) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'etis-claim-'));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, '.s.PGSQL.5432'), resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

function claimAt(host: string) {
  return claimHome({ listening: { pid: 1, host, port: 5432 }, password: 'secret', place });
}

describe('the claim of a home', () => {
  it('is null where nobody listens', async () => {
    expect(await claimAt(join(tmpdir(), 'etis-nobody'))).toBeNull();
  });

  it('is null where whoever listens hangs up, as a server does that was killed a moment ago', async () => {
    expect(await claimAt(await listener((socket) => socket.destroy()))).toBeNull();
    expect(await claimAt(await listener((socket) => socket.once('data', () => socket.destroy())))).toBeNull();
  });

  it('is an error where whoever listens says nothing: no other server may be started beside it', async () => {
    await expect(claimAt(await listener(() => undefined))).rejects.toMatchObject({
      code: 'POSTGRES_START_FAILED',
      message: expect.stringContaining('timeout expired.'),
    });
  }, 20_000);

  it('can be had again once it was released, and by nobody before', async () => {
    const home = await makeHome();
    const [first, second] = [makeServer(home), makeServer(home)];
    await first.server.start();
    await expect(second.server.start()).rejects.toMatchObject({ code: 'POSTGRES_HOME_IN_USE', message: expect.stringContaining(home) });
    await first.server.stop();
    await second.server.start();
    expect(await ask(second.server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is still one, on a server of its own, after each of a row of kills', async () => {
    const home = await makeHome();
    for (let round = 0; round < 5; round += 1) {
      const { server } = makeServer(home);
      await server.start();
      const pid = serverPid(home);
      await ask(server.admin(), 'select 1');
      process.kill(pid, 'SIGKILL');
      // Not waited for: the next one comes while the kernel still takes the first one apart.
      const stopped = server.stop();
      const next = makeServer(home);
      await stopped;
      await next.server.start();
      expect(await ask(next.server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(serverPid(home)).not.toBe(pid);
      await next.server.stop();
    }
  });
});

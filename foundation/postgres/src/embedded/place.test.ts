import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findBinaries } from './binaries.ts';
import { openDataFolder } from './data-folder.ts';
import { ask, dataOf, isRoot, makeHome, makeServer, spawnPlatform } from './fixtures/embedded-home.ts';
import { findPlace } from './place.ts';
import { startServer, stopServer } from './server-process.ts';
import { serverUser } from './server-user.ts';
import { removeSocketFolder } from './socket-folder.ts';

/** A home that only root gets into, as a clone under /root. */
async function hiddenHome(): Promise<string> {
  const parent = await mkdtemp(join(homedir(), 'etis-hidden-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return makeHome(parent);
}

const quiet = () => {};

describe.runIf(isRoot)('the place of a server that runs as another user [needs root]', () => {
  it('is beside the home where that user can get there', async () => {
    const home = await makeHome();
    const notices: string[] = [];
    const place = await findPlace({ home, user: serverUser(), binaries: findBinaries(), notice: (text) => notices.push(text) });
    expect(place.data).toBe(join(home, 'postgres', 'server', 'data'));
    expect(notices.filter((text) => text.includes(home))).toEqual([]);
  });

  it('is under /var/lib/etis where he cannot, which is said once and kept', async () => {
    const home = await hiddenHome();
    const first = makeServer(home);
    await first.server.start();
    await ask(first.server.admin(), 'create table public.kept as select 7 as seven');
    const data = dataOf(home);
    expect(data).toMatch(/^\/var\/lib\/etis\/[0-9a-f]{16}\/data$/);
    expect(first.notices).toEqual([expect.stringContaining(dirname(data))]);
    await first.server.stop();
    const second = makeServer(home);
    await second.server.start();
    expect(second.notices).toEqual([]);
    expect(await ask(second.server.admin(), 'select seven from public.kept')).toEqual([{ seven: 7 }]);
  });

  it('is a new one for a home that was deleted and made again', async () => {
    const home = await hiddenHome();
    const first = makeServer(home);
    await first.server.start();
    await first.server.stop();
    const old = dirname(dataOf(home));
    onTestFinished(() => rm(old, { recursive: true, force: true }));
    await rm(home, { recursive: true });
    const second = makeServer(home);
    await second.server.start();
    expect(dirname(dataOf(home))).not.toBe(old);
    expect(await ask(second.server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is one for two platforms that start at once', async () => {
    const home = await hiddenHome();
    const before = new Set(existsSync('/var/lib/etis') ? await readdir('/var/lib/etis') : []);
    const options = { home, user: serverUser(), binaries: findBinaries(), notice: quiet };
    const places = await Promise.all([findPlace(options), findPlace(options), findPlace(options)]);
    expect(new Set(places.map(({ data }) => data))).toEqual(new Set([dataOf(home)]));
    const stray = (await readdir('/var/lib/etis')).filter(
      (name) => !before.has(name) && places.every(({ store }) => !store.endsWith(name)),
    );
    expect(stray.filter((name) => existsSync(join('/var/lib/etis', name)) && /^[0-9a-f]{16}$/.test(name))).toEqual([]);
    expect(await readdir(join(home, 'postgres'))).toEqual(['location']);
  });

  it('is refused, not made anew, where it is gone', async () => {
    const home = await hiddenHome();
    const options = { home, user: serverUser(), binaries: findBinaries(), notice: quiet };
    const { store } = await findPlace(options);
    await rm(store, { recursive: true });
    await expect(findPlace(options)).rejects.toMatchObject({ code: 'POSTGRES_DATA_UNREADABLE', message: expect.stringContaining(store) });
  });

  it('is refused, and its data kept, where the home was closed to him afterwards', async () => {
    const home = await makeHome();
    const first = makeServer(home);
    await first.server.start();
    await first.server.stop();
    await chmod(home, 0o700);
    await expect(makeServer(home).server.start()).rejects.toMatchObject({ code: 'POSTGRES_HOME_UNWRITABLE' });
    await chmod(home, 0o711);
    expect(await readFile(join(dataOf(home), 'PG_VERSION'), 'utf8')).toBe('18\n');
    const again = makeServer(home);
    await again.server.start();
    expect(await ask(again.server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('can be used whatever the umask of its platform', async () => {
    for (const home of [await makeHome(), await hiddenHome()]) {
      const platform = spawnPlatform(home, {}, '077');
      const said = await platform.outcome;
      expect(said.message).toBeUndefined();
      await platform.stop();
    }
  });

  it('has a copy of the programs where he cannot reach them', async () => {
    const version = `test-${randomBytes(6).toString('hex')}`;
    const folder = join(await hiddenHome(), 'native');
    onTestFinished(() => rm(`/var/lib/etis/postgresql-${version}`, { recursive: true, force: true }));
    execFileSync('cp', ['-a', findBinaries().folder, folder]);
    execFileSync('chmod', ['-R', 'go=', folder]);
    const home = await makeHome();
    const notices: string[] = [];
    const user = serverUser();
    const options = { home, user, binaries: { folder, version }, notice: (text: string) => notices.push(text) };
    const places = await Promise.all([findPlace(options), findPlace(options)]);
    const place = await findPlace(options);
    expect(place.binaries).toBe(`/var/lib/etis/postgresql-${version}`);
    expect(new Set(places.map(({ binaries }) => binaries))).toEqual(new Set([place.binaries]));
    expect(notices[0]).toContain(`copied to ${place.binaries}`);
    expect((await readdir('/var/lib/etis')).filter((name) => name.includes(version))).toEqual([`postgresql-${version}`]);
    await openDataFolder(place, user);
    const { host } = await startServer({ place, user, flags: ['fsync = off'] });
    expect((await lstat(host)).uid).toBe(user?.uid);
    await stopServer({ place, user });
    await removeSocketFolder(place.data, host);
    expect(existsSync(host)).toBe(false);
  });
});

describe('programs that do not work', () => {
  it('are answered for with a sentence', async () => {
    const home = await makeHome();
    const user = serverUser();
    const place = { ...(await findPlace({ home, user, binaries: findBinaries(), notice: quiet })), binaries: await makeHome() };
    await expect(openDataFolder(place, user)).rejects.toMatchObject({
      code: 'POSTGRES_INITDB_FAILED',
      message: expect.stringMatching(/could not be made: .*ENOENT/),
    });
    await mkdir(join(place.binaries, 'bin'));
    const complaint = 'error while loading shared libraries: libicu.so.60: cannot open shared object file';
    for (const name of ['initdb', 'pg_ctl'])
      await writeFile(join(place.binaries, 'bin', name), `#!/bin/sh\necho "${complaint}" >&2\nexit 127\n`, { mode: 0o755 });
    await expect(openDataFolder(place, user)).rejects.toMatchObject({ message: expect.stringContaining(complaint) });
    await mkdir(place.data);
    await expect(startServer({ place, user, flags: [] })).rejects.toMatchObject({
      code: 'POSTGRES_START_FAILED',
      message: expect.stringContaining(complaint),
    });
    expect(await readdir(place.store)).toEqual(['data']);
  });
});

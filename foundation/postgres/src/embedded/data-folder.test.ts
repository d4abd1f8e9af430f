import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBinaries } from './binaries.ts';
import { openDataFolder } from './data-folder.ts';
import { ask, dataOf, isRoot, isRunning, keepHome, makeHome, makeServer, postmasterPid, spawnPlatform } from './fixtures/embedded-home.ts';
import { findPlace } from './place.ts';
import { serverUser } from './server-user.ts';

let template: string;
let removeTemplate: (() => Promise<void>) | undefined;

beforeAll(async () => {
  template = await keepHome((remove) => {
    removeTemplate = remove;
  });
});

afterAll(() => removeTemplate?.());

/** A home that already has its data. */
async function preparedHome(): Promise<string> {
  const home = await makeHome();
  execFileSync('cp', ['-a', `${template}/.`, home]);
  return home;
}

/** How a start went that has to fail: soon, with a sentence, and leaving nothing. */
async function failure(home: string): Promise<Error> {
  const { server } = makeServer(home);
  const begun = performance.now();
  const error: Error = await server.start().then(
    () => Promise.reject(new Error('it started')),
    (reason: Error) => reason,
  );
  expect(performance.now() - begun).toBeLessThan(15_000);
  await server.stop();
  await server.stop();
  const pid = postmasterPid(dataOf(home));
  expect(pid === null || !isRunning(pid)).toBe(true);
  return error;
}

describe('the data folder', () => {
  it('of another major version is refused and kept', async () => {
    const home = await preparedHome();
    await writeFile(join(dataOf(home), 'PG_VERSION'), '16\n');
    expect(await failure(home)).toMatchObject({ code: 'POSTGRES_DATA_VERSION', message: expect.stringContaining('PostgreSQL 16') });
    expect(await readdir(dataOf(home))).toContain('base');
  });

  it('without PG_VERSION is refused and kept', async () => {
    const home = await preparedHome();
    await rm(join(dataOf(home), 'PG_VERSION'));
    expect(await failure(home)).toMatchObject({ code: 'POSTGRES_DATA_UNREADABLE' });
    expect(await readdir(dataOf(home))).toContain('base');
  });

  it('that is empty is filled', async () => {
    const home = await preparedHome();
    await rm(dataOf(home), { recursive: true });
    await mkdir(dataOf(home));
    const { server } = makeServer(home);
    await server.start();
    expect(await ask(server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('without its password is refused by the file that misses', async () => {
    const home = await preparedHome();
    const file = join(dataOf(home), 'etis.password');
    await rm(file);
    expect(await failure(home)).toMatchObject({ code: 'POSTGRES_PASSWORD_LOST', message: expect.stringContaining(file) });
  });

  it('with another password is refused, and the server that had to be started for that ends', async () => {
    const home = await preparedHome();
    await writeFile(join(dataOf(home), 'etis.password'), 'guessed');
    expect(await failure(home)).toMatchObject({ code: 'POSTGRES_PASSWORD_LOST' });
  });

  it('with a damaged pg_control is refused with what the server said', async () => {
    const home = await preparedHome();
    await writeFile(join(dataOf(home), 'global', 'pg_control'), Buffer.alloc(8192, 7));
    const { code, message } = (await failure(home)) as Error & { code: string };
    expect(code).toBe('POSTGRES_START_FAILED');
    expect(message).toMatch(/did not start: database files are incompatible .*PG_CONTROL_VERSION.*\. Its log is .*postgres\.log\.$/);
  });

  it('with half a pg_control is refused with what the server said', async () => {
    const home = await preparedHome();
    await writeFile(join(dataOf(home), 'global', 'pg_control'), 'half');
    expect(await failure(home)).toMatchObject({ code: 'POSTGRES_START_FAILED', message: expect.stringContaining('pg_control') });
  });

  it('without pg_control is refused', async () => {
    const home = await preparedHome();
    await rm(join(dataOf(home), 'global', 'pg_control'));
    expect(await failure(home)).toMatchObject({ code: 'POSTGRES_DATA_UNREADABLE' });
  });

  it('is made whole however early the first platform was killed, and what that left behind goes', async () => {
    for (const moment of [0, 150, 500]) {
      const home = await makeHome();
      const platform = spawnPlatform(home);
      // Each moment is counted from the first file in the store; where the start is faster than that, it is killed after it.
      const store = () => dirname(dataOf(home));
      await eventually(async () => (await readdir(store())).length > 0);
      const until = performance.now() + moment;
      await eventually(() => performance.now() >= until);
      await platform.kill();
      const { server } = makeServer(home);
      await server.start();
      expect(await ask(server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
      expect((await readdir(store())).filter((name) => name.startsWith('data.'))).toEqual([]);
      await server.stop();
    }
  });

  it('takes the drafts of killed runs with it, and nothing else', async () => {
    const home = await preparedHome();
    const store = dirname(dataOf(home));
    await mkdir(join(store, 'data.0123456789ab', 'base'), { recursive: true });
    await writeFile(join(store, 'data.0123456789ab.password'), 'secret');
    await mkdir(join(store, 'data.backup'));
    const { server } = makeServer(home);
    await server.start();
    expect((await readdir(store)).sort()).toEqual(['data', 'data.backup', 'postgres.log']);
  });

  it('is not looked for in a home that is a file', async () => {
    const home = await makeHome();
    await writeFile(join(home, 'file'), '');
    const { server } = makeServer(join(home, 'file'));
    await expect(server.start()).rejects.toMatchObject({
      code: 'POSTGRES_HOME_UNWRITABLE',
      message: expect.stringMatching(/ENOTDIR|EEXIST/),
    });
    await server.stop();
  });

  it('is found again after the home was moved', async () => {
    const home = await preparedHome();
    const other = await makeHome();
    await rename(join(home, 'postgres'), join(other, 'postgres'));
    const { server } = makeServer(other);
    await server.start();
    expect(await ask(server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('initdb', () => {
  it.each([
    [
      'FATAL:  could not extend file "base/1/2691": No space left on device',
      'could not extend file "base/1/2691": No space left on device.',
    ],
    ['initdb: error: invalid locale settings; check LANG', 'invalid locale settings; check LANG.'],
    ['Killed', 'initdb: removing contents of data directory.'],
  ])('that fails with %s is quoted with the cause, not with what followed from it', async (said, reason) => {
    const home = await makeHome();
    const user = serverUser();
    const place = { ...(await findPlace({ home, user, binaries: findBinaries(), notice: () => {} })), binaries: await makeHome() };
    await mkdir(join(place.binaries, 'bin'));
    const script = `#!/bin/sh\necho '${said}'\necho 'initdb: removing contents of data directory' >&2\nexit 1\n`;
    await writeFile(join(place.binaries, 'bin', 'initdb'), script, { mode: 0o755 });
    await expect(openDataFolder(place, user)).rejects.toMatchObject({
      code: 'POSTGRES_INITDB_FAILED',
      message: `A new database could not be made: ${reason}`,
    });
    expect(await readdir(place.store)).toEqual([]);
  });
});

describe('a home that this user may not write', () => {
  it('is refused by its name and the reason', async () => {
    const home = await makeHome();
    await chmod(home, 0o555);
    const ids = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    const said = await spawnPlatform(home, { ...ids, cwd: '/' }).outcome;
    await chmod(home, 0o711);
    expect(said).toMatchObject({ code: 'POSTGRES_HOME_UNWRITABLE', message: expect.stringContaining('EACCES') });
    expect(said.message).toContain(home);
  });

  it('is refused where only its data folder cannot be made', async () => {
    const home = await makeHome();
    await mkdir(join(home, 'postgres'), { mode: 0o555 });
    const ids = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    const said = await spawnPlatform(home, { ...ids, cwd: '/' }).outcome;
    await chmod(join(home, 'postgres'), 0o755);
    expect(said).toMatchObject({ code: 'POSTGRES_HOME_UNWRITABLE', message: expect.stringContaining('EACCES') });
  });

  it.runIf(isRoot)('works for a user who is not root, as himself [needs root to become him]', async () => {
    const home = await makeHome();
    await chown(home, 65_534, 65_534);
    const platform = spawnPlatform(home, { uid: 65_534, gid: 65_534, cwd: '/' });
    const said = await platform.outcome;
    expect(said.message).toBeUndefined();
    const pid = postmasterPid(join(home, 'postgres', 'server', 'data'));
    expect(execFileSync('ps', ['-o', 'uid=', '-p', `${pid}`], { encoding: 'utf8' }).trim()).toBe('65534');
    await platform.stop();
    expect(postmasterPid(join(home, 'postgres', 'server', 'data'))).toBeNull();
  });
});

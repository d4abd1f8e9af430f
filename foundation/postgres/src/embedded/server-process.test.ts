import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from '@etis/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, dataOf, isRoot, isRunning, makeHome, makeServer, serverPid, spawnPlatform } from './fixtures/embedded-home.ts';
import { serverUser } from './server-user.ts';

/** A home whose server and platform were both killed, so that everything a crash leaves is there. */
async function crashedHome(): Promise<{ home: string; socketFolder: string; pidFile: string }> {
  const home = await makeHome();
  const platform = spawnPlatform(home);
  const { admin, message } = await platform.outcome;
  expect(message).toBeUndefined();
  await platform.kill();
  const pid = serverPid(home);
  process.kill(pid, 'SIGKILL');
  await eventually(() => !isRunning(pid));
  return { home, socketFolder: admin?.host ?? '', pidFile: join(dataOf(home), 'postmaster.pid') };
}

/** A process that has nothing to do with the server but runs as the same user. */
async function stranger(): Promise<number> {
  const user = serverUser();
  const ids = user === null ? {} : { uid: user.uid, gid: user.gid };
  const child = spawn('/bin/sleep', ['300'], { ...ids, cwd: '/', stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('spawn', resolve));
  return child.pid as number;
}

describe('the process of the server', () => {
  it('is not taken for a stranger that got its id, who is left alone', async () => {
    const { home, pidFile, socketFolder } = await crashedHome();
    const pid = await stranger();
    for (const file of [pidFile, join(socketFolder, '.s.PGSQL.5432.lock')]) {
      const lines = (await readFile(file, 'utf8')).split('\n');
      await writeFile(file, [pid, ...lines.slice(1)].join('\n'));
    }
    const { server } = makeServer(home);
    await server.stop();
    await server.start();
    expect(await ask(server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(serverPid(home)).not.toBe(pid);
    await server.stop();
    expect(isRunning(pid)).toBe(true);
  });

  it('is the next platform’s where it was killed just before its own platform stopped', async () => {
    const home = await makeHome();
    const first = makeServer(home);
    await first.server.start();
    const pid = serverPid(home);
    const second = spawnPlatform(home);
    expect((await second.outcome).code).toBe('POSTGRES_HOME_IN_USE');
    process.kill(pid, 'SIGKILL');
    const stopped = first.server.stop();
    const third = makeServer(home);
    await stopped;
    await third.server.start();
    await first.server.stop();
    expect(await ask(third.server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('starts where its socket folder was removed, as a machine does that cleans /tmp', async () => {
    const { home, socketFolder } = await crashedHome();
    await rm(socketFolder, { recursive: true });
    const { server } = makeServer(home);
    await server.start();
    expect(existsSync(socketFolder)).toBe(true);
    await server.stop();
    expect(existsSync(socketFolder)).toBe(false);
  });

  it('does not listen in a folder that somebody else made', async () => {
    const { home, socketFolder } = await crashedHome();
    await rm(socketFolder, { recursive: true });
    const elsewhere = await makeHome();
    const takenBy: (() => Promise<unknown>)[] = [
      () => symlink(elsewhere, socketFolder),
      () => mkdir(socketFolder).then(() => chmod(socketFolder, 0o777)),
      () => writeFile(socketFolder, ''),
    ];
    for (const take of takenBy) {
      await take();
      const { server } = makeServer(home);
      await expect(server.start()).rejects.toMatchObject({
        code: 'POSTGRES_SOCKET_FOLDER_TAKEN',
        message: expect.stringContaining(socketFolder),
      });
      await server.stop();
      await rm(socketFolder, { recursive: true, force: true });
    }
    expect((await stat(elsewhere)).uid).toBe(process.getuid?.());
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it.runIf(isRoot)('does not listen in a folder of a third user [needs root]', async () => {
    const { home, socketFolder } = await crashedHome();
    await chown(socketFolder, 12_345, 12_345);
    const { server } = makeServer(home);
    await expect(server.start()).rejects.toMatchObject({ code: 'POSTGRES_SOCKET_FOLDER_TAKEN' });
    await rm(socketFolder, { recursive: true });
  });

  it('empties a log of more than 10 MB and writes on', async () => {
    const { home } = await crashedHome();
    const log = join(dirname(dataOf(home)), 'postgres.log');
    await truncate(log, 11 * 1024 * 1024);
    const { server } = makeServer(home);
    await server.start();
    await server.stop();
    expect((await stat(log)).size).toBeLessThan(100_000);
    if (isRoot) expect((await stat(log)).uid).toBe(serverUser()?.uid);
  });

  it('gets no file of root’s emptied or overwritten through a link in its folder', async () => {
    const { home } = await crashedHome();
    const victim = join(await makeHome(), 'victim');
    await writeFile(victim, 'x');
    await truncate(victim, 11 * 1024 * 1024);
    const log = join(dirname(dataOf(home)), 'postgres.log');
    const settings = join(dataOf(home), 'postgresql.conf');
    await rm(settings);
    await symlink(victim, settings);
    const { server } = makeServer(home);
    await server.start();
    await server.stop();
    await rename(log, `${log}.old`);
    await symlink(victim, log);
    await expect(server.start()).rejects.toMatchObject({ code: 'POSTGRES_HOME_UNWRITABLE' });
    expect((await stat(victim)).size).toBe(11 * 1024 * 1024);
    await rm(log);
  });

  it('is answered for with a sentence where a setting keeps it from starting', async () => {
    const { home } = await crashedHome();
    await writeFile(join(dataOf(home), 'postgresql.auto.conf'), 'shared_preload_libraries = nonesuch\n');
    const { server } = makeServer(home);
    const error: Error = await server.start().then(
      () => Promise.reject(new Error('it started')),
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: 'POSTGRES_START_FAILED' });
    expect(error.message).toMatch(/did not start: could not access file "nonesuch": No such file or directory\./);
    await server.stop();
  });
});

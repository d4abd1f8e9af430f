import { existsSync } from 'node:fs';
import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from '@etis/testing';
import { describe, expect, it } from 'vitest';
import { ask, dataOf, isRoot, isRunning, makeHome, makeServer, serverPid, spawnPlatform } from './fixtures/embedded-home.ts';

describe('the embedded server', () => {
  it('is made at the first start and found at the second', async () => {
    const home = await makeHome();
    const first = makeServer(home);
    await first.server.start();
    await ask(first.server.admin(), 'create table public.kept as select 7 as seven');
    const { password } = first.server.admin();
    await first.server.stop();
    const second = makeServer(home);
    await second.server.start();
    expect(await ask(second.server.admin(), 'select seven from public.kept')).toEqual([{ seven: 7 }]);
    expect(second.server.admin().password).toBe(password);
    const { bavail, bsize } = await statfs(home);
    expect(await second.server.freeBytes()).toBeGreaterThan(0.5 * bavail * bsize);
    expect(await second.server.freeBytes()).toBeLessThan(1.5 * bavail * bsize);
  });

  it('keeps a password of its own for each home, where nobody else can read it', async () => {
    const homes = [await makeHome(), await makeHome()];
    const passwords = await Promise.all(
      homes.map(async (home) => {
        const { server } = makeServer(home);
        await server.start();
        return server.admin().password;
      }),
    );
    expect(new Set(passwords).size).toBe(2);
    expect(passwords[0]).toMatch(/^[\w-]{43}$/);
    const data = dataOf(homes[0] as string);
    const modeOf = async (...parts: string[]) => ((await stat(join(data, ...parts))).mode & 0o777).toString(8);
    expect(await modeOf()).toBe('700');
    for (const file of ['etis.password', 'postgresql.conf', 'PG_VERSION', '../postgres.log']) expect(await modeOf(file)).toBe('600');
  });

  it('listens on a private socket only and refuses another password', async () => {
    const { server } = makeServer(await makeHome());
    await server.start();
    const admin = server.admin();
    expect(admin.host).toMatch(/^\//);
    expect((await stat(admin.host)).mode & 0o777).toBe(0o700);
    const settings = await ask(admin, "select current_setting('listen_addresses') as tcp, current_setting('data_checksums') as checksums");
    expect(settings).toEqual([{ tcp: '', checksums: 'on' }]);
    await expect(ask({ ...admin, password: 'guessed' }, 'select 1')).rejects.toMatchObject({ code: 'POSTGRES_LOGIN_REFUSED' });
  });

  it('gets nothing of the environment of its platform', async () => {
    const home = await makeHome();
    const env = { PATH: '/usr/bin:/bin', ETIS_SECRET: 'hunter2', PGPORT: '7', PGDATA: '/nowhere', PGOPTIONS: '-c work_mem=1MB' };
    const platform = spawnPlatform(home, { env });
    expect((await platform.outcome).message).toBeUndefined();
    if (existsSync('/proc/self/environ')) {
      const names = (await readFile(`/proc/${serverPid(home)}/environ`, 'latin1')).split('\0').map((entry) => entry.split('=')[0]);
      expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(/SECRET|^PGPORT|^PGOPTIONS/)]));
      expect(names).not.toContain('HOME');
    }
    await platform.stop();
  });

  it('is adopted where it outlived its platform', async () => {
    const home = await makeHome();
    const platform = spawnPlatform(home);
    const { admin } = await platform.outcome;
    const pid = serverPid(home);
    await platform.kill();
    const { server } = makeServer(home);
    await server.start();
    expect(serverPid(home)).toBe(pid);
    expect(server.admin()).toEqual(admin);
    await server.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it('starts again by itself when it is killed', async () => {
    const home = await makeHome();
    const { server } = makeServer(home);
    await server.start();
    await ask(server.admin(), 'create table public.kept as select 7 as seven');
    const pid = serverPid(home);
    process.kill(pid, 'SIGKILL');
    const rows = await eventually(async () => !isRunning(pid) && (await ask(server.admin(), 'select seven from public.kept')), {
      timeoutMs: 20_000,
    });
    expect(rows).toEqual([{ seven: 7 }]);
    expect(serverPid(home)).not.toBe(pid);
  });

  it('starts where both the platform and the server were killed', async () => {
    const home = await makeHome();
    const platform = spawnPlatform(home);
    await platform.outcome;
    await platform.kill();
    process.kill(serverPid(home), 'SIGKILL');
    const { server } = makeServer(home);
    await server.start();
    expect(await ask(server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('belongs to exactly one of two platforms that start at once', async () => {
    const home = await makeHome();
    const platforms = [spawnPlatform(home), spawnPlatform(home)];
    const outcomes = await Promise.all(platforms.map((platform) => platform.outcome));
    expect(outcomes.map(({ code }) => code ?? 'started').sort()).toEqual(['POSTGRES_HOME_IN_USE', 'started']);
    const winner = outcomes.findIndex(({ admin }) => admin !== undefined);
    expect(await ask(outcomes[winner]?.admin as never, 'select 1 as one')).toEqual([{ one: 1 }]);
    await platforms[winner]?.stop();
    expect(existsSync(join(dataOf(home), 'postmaster.pid'))).toBe(false);
    expect((await readdir(dirname(dataOf(home)))).filter((name) => name.startsWith('data.'))).toEqual([]);
  });

  it('is refused to a second service in the same process', async () => {
    const home = await makeHome();
    const [first, second] = [makeServer(home), makeServer(home)];
    await first.server.start();
    await expect(second.server.start()).rejects.toMatchObject({ code: 'POSTGRES_HOME_IN_USE' });
    await second.server.stop();
    expect(await ask(first.server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('stops as often as asked, before and after having started, and leaves nothing', async () => {
    const home = await makeHome();
    const { server } = makeServer(home);
    await server.stop();
    await server.start();
    const { host } = server.admin();
    const pid = serverPid(home);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(host)).toBe(false);
    expect(() => server.admin()).toThrow('has not started');
  });

  it('is stopped by a stop that comes while it starts', async () => {
    const home = await makeHome();
    const { server } = makeServer(home);
    const started = server.start();
    await server.stop();
    await started.catch(() => undefined);
    expect(existsSync(join(dataOf(home), 'postmaster.pid'))).toBe(false);
  });

  it('does not hear the Ctrl-C that its platform gets', async () => {
    const home = await makeHome();
    const platform = spawnPlatform(home, { detached: true });
    await platform.outcome;
    const pid = serverPid(home);
    process.kill(-(platform.child.pid as number), 'SIGINT');
    await eventually(() => platform.said.some(({ interrupted }) => interrupted));
    expect(await ask((await platform.outcome).admin as never, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(isRunning(pid)).toBe(true);
    await platform.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it.runIf(isRoot)('runs as another user where its platform is root [needs root]', async () => {
    const home = await makeHome();
    const { server } = makeServer(home);
    await server.start();
    const status = await readFile(`/proc/${serverPid(home)}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t[1-9]/m);
    expect(status).toMatch(/^Groups:\s*$/m);
  });
});

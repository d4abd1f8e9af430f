import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@etis/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, dataOf, makeHome, makeServer, serverPid } from './fixtures/embedded-home.ts';
import { isRunning, isServer, removeStaleLock } from './server-pid.ts';

describe('the server of a data folder', () => {
  it.each(['a b -D c', 'it’s "quoted" \'twice\'', '$HOME $(exit 1) `exit 1`', 'back\\slash\\', 'x'.repeat(120)])(
    'is started, found and stopped in a home named %s',
    async (name) => {
      const home = join(await makeHome(), name);
      await mkdir(home);
      const { server } = makeServer(home);
      await server.start();
      expect(await ask(server.admin(), 'select 1 as one')).toEqual([{ one: 1 }]);
      const pid = serverPid(home);
      expect(isServer(pid, dataOf(home))).toBe(true);
      await server.stop();
      expect(isRunning(pid)).toBe(false);
    },
  );

  it('is not looked for in a home with a line break, which is refused', async () => {
    const { server } = makeServer(join(await makeHome(), 'two\nlines'));
    await expect(server.start()).rejects.toMatchObject({
      code: 'POSTGRES_HOME_UNWRITABLE',
      message: expect.stringMatching(/two\\nlines.*holds a line break/),
    });
  });

  it('is the same by every path that leads there, and no other folder’s', async () => {
    const home = await makeHome();
    const { server } = makeServer(home);
    await server.start();
    const pid = serverPid(home);
    const link = join(await makeHome(), 'link');
    await symlink(dataOf(home), link);
    expect(isServer(pid, link)).toBe(true);
    expect(isServer(pid, join(dataOf(home), '..'))).toBe(false);
    expect(isServer(process.pid, dataOf(home))).toBe(false);
  });
});

describe('a process', () => {
  it.runIf(existsSync('/proc/self'))('that has ended is none, also before anyone asked after it', async () => {
    // The shell ends its child and goes on without asking after it.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => {
      parent.kill('SIGKILL');
    });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))));
    await eventually(() => /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
    expect(isRunning(pid)).toBe(false);
    expect(isRunning(process.pid)).toBe(true);
  });
});

describe('a lock file', () => {
  it('goes where it names a stranger who is alive, and stays where PostgreSQL can judge it itself', async () => {
    const folder = await makeHome();
    const file = join(folder, 'postmaster.pid');
    for (const [content, stays] of [
      [`${process.pid}\n${folder}\n`, false],
      ['999999999\n', true],
      ['not a number\n', true],
      ['-1\n', true],
      ['', true],
    ] as const) {
      await writeFile(file, content);
      await removeStaleLock(file, folder);
      expect(existsSync(file), content).toBe(stays);
    }
    await removeStaleLock(join(folder, 'missing'), folder);
  });
});

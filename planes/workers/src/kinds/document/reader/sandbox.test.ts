import { spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runSandboxed, type SandboxEnd } from './sandbox.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'etis-sandbox-')));
});
afterEach(() => rm(folder, { recursive: true }));

interface Tried extends SandboxEnd {
  readonly answer?: string;
  readonly refused?: string;
}

async function attempt(act: string, on = '', options: { limitMs?: number; signal?: AbortSignal; memoryMb?: number } = {}): Promise<Tried> {
  const { limitMs = 20_000, signal = new AbortController().signal, memoryMb = 64 } = options;
  const end = await runSandboxed({
    entry: new URL('../fixtures/sandbox-probe.ts', import.meta.url),
    argument: JSON.stringify([act, on]),
    readable: join(folder, 'document'),
    writable: folder,
    memoryMb,
    limitMs,
    signal,
  });
  const told = await readFile(join(folder, 'probe.json'), 'utf8').catch(() => '{}');
  return { ...end, ...(JSON.parse(told) as object) };
}

describe('a process in the sandbox', () => {
  it('reads its document and writes into its folder', async () => {
    await writeFile(join(folder, 'document'), 'hello');
    expect(await attempt('read', join(folder, 'document'))).toMatchObject({ code: 0, answer: 'hello' });
    await attempt('write', join(folder, 'more'));
    expect(await readFile(join(folder, 'more'), 'utf8')).toBe('x');
  });

  it.each([
    ['read', '/etc/passwd'],
    ['read', '/proc/self/environ'],
    ['read', fileURLToPath(new URL('../../../../migrations/0001-send.sql', import.meta.url))],
    ['list', tmpdir()],
    ['list', '/'],
    ['write', join(tmpdir(), 'etis-escaped')],
    ['write', fileURLToPath(new URL('../fixtures/escaped', import.meta.url))],
    ['link', '/etc/passwd'],
    ['spawn', '/bin/true'],
    ['thread', '1'],
  ])('may not %s %s', async (act, on) => {
    expect(await attempt(act, on)).toMatchObject({ code: 0, refused: 'ERR_ACCESS_DENIED' });
  });

  it('has no environment, and makes no code of text', async () => {
    // What the shell between us and it sets by itself is nobody's secret.
    expect((await attempt('environment')).answer).toMatch(/^(PWD|OLDPWD|SHLVL|_|,)*$/);
    expect((await attempt('evaluate', 'return 1')).refused).toContain('Code generation');
  });

  it('has no network', async () => {
    let connections = 0;
    const server: Server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    for (const act of ['connect', 'datagram']) expect((await attempt(act, `${port}`)).refused).toContain('no network');
    expect((await attempt('fetch-http', `http://127.0.0.1:${port}/`)).refused).toContain('no network');
    expect((await attempt('listen')).refused).toContain('no network');
    expect((await attempt('resolve', 'localhost')).refused).toContain('no network');
    expect((await attempt('fetch', `http://127.0.0.1:${port}/`)).refused).toContain('not a function');
    expect(connections).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is ended when its time is up, when it was called off, and not started at all after that', async () => {
    expect(await attempt('loop', '', { limitMs: 700 })).toMatchObject({ signal: 'SIGKILL', timedOut: true });
    const reason = new Error('no longer wanted');
    const controller = new AbortController();
    const pidFile = join(folder, 'pid');
    const running = attempt('idle', pidFile, { signal: controller.signal });
    await eventually(async () => (await readFile(pidFile, 'utf8').catch(() => '')) !== '');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(attempt('read', '', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('may not have more memory than it was given, on its heap or beside it', async () => {
    const heap = await attempt('heap');
    expect(heap.code === 0 && heap.signal === null).toBe(false);
    expect(heap.complaint).toMatch(/out of memory/i);
    const buffers = await attempt('buffers');
    expect(buffers.answer).toBeUndefined();
  });

  it('takes nobody with it when it crashes, and is not listened to for ever', async () => {
    expect(await attempt('crash')).toMatchObject({ code: null, signal: 'SIGSEGV' });
    expect((await attempt('chatter')).complaint).toHaveLength(4_000);
  });

  it('ends by itself when whoever started it was killed', async () => {
    const pidFile = join(folder, 'pid');
    const parent = spawn(process.execPath, [fileURLToPath(new URL('../fixtures/sandbox-parent.ts', import.meta.url)), folder, pidFile]);
    const pidOf = async () => Number(await readFile(pidFile, 'utf8').catch(() => '0'));
    await eventually(async () => (await pidOf()) > 0);
    const pid = await pidOf();
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await eventually(() => !isAlive(pid))).toBe(true);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

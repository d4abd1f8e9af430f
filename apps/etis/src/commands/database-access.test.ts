import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@etis/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Output } from '../output.ts';
import { domains } from '../platform/domains.ts';
import { homeAt, openHome, writePrivate } from '../platform/home.ts';
import { databaseAccess } from './database-access.ts';

let folder: string;
let printed: unknown[];
const output: Output = { line: () => undefined, json: (value) => void printed.push(value) };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etis-access-'));
  printed = [];
});
afterEach(() => rm(folder, { recursive: true }));

const config = () => readConfig({ ETIS_HOME: folder }, folder);

async function prepared(): Promise<void> {
  await openHome(folder);
  const passwords = Object.fromEntries(domains.flatMap(({ roles }) => Object.values(roles).map((role) => [role, `password of ${role}`])));
  const databases = Object.fromEntries(domains.map(({ name }) => [name, `etis_${name}`]));
  await writePrivate(homeAt(folder).databaseAccess, JSON.stringify({ host: 'db', port: 5432, tls: 'off', databases, passwords }));
}

describe('etis db access', () => {
  it.each<[string, string[], string[]]>([
    ['routing', ['spine'], ['etis_spine']],
    [
      'platform',
      [
        'audit',
        'code_advanced',
        'code_enterprise',
        'code_standard',
        'command',
        'control',
        'nudge_advanced',
        'nudge_enterprise',
        'nudge_standard',
        'pulse_advanced',
        'pulse_enterprise',
        'pulse_standard',
        'spine',
        'workers',
      ],
      ['etis_app', 'etis_audit', 'etis_command', 'etis_control', 'etis_platform', 'etis_spine', 'etis_workers'],
    ],
    [
      'product',
      [
        'code_advanced',
        'code_enterprise',
        'code_standard',
        'nudge_advanced',
        'nudge_enterprise',
        'nudge_standard',
        'pulse_advanced',
        'pulse_enterprise',
        'pulse_standard',
        'spine',
        'workers',
      ],
      [
        'etis_cluster_code_advanced',
        'etis_cluster_code_enterprise',
        'etis_cluster_code_standard',
        'etis_cluster_nudge_advanced',
        'etis_cluster_nudge_enterprise',
        'etis_cluster_nudge_standard',
        'etis_cluster_pulse_advanced',
        'etis_cluster_pulse_enterprise',
        'etis_cluster_pulse_standard',
        'etis_spine',
        'etis_workers',
      ],
    ],
  ])('gives %s the databases and passwords that it needs, and no more', async (node, databases, passwords) => {
    await prepared();
    await databaseAccess(config(), { node }, output);
    const [access] = printed as [{ databases: object; passwords: object; host: string }];
    expect(access.host).toBe('db');
    expect(Object.keys(access.databases).sort()).toEqual(databases);
    expect(Object.keys(access.passwords).sort()).toEqual(passwords);
  });

  it('says what to do where nothing was prepared, and for a node that does not exist', async () => {
    await expect(databaseAccess(config(), { node: 'routing' }, output)).rejects.toMatchObject({ code: 'ETIS_DATABASE_NOT_PREPARED' });
    await expect(databaseAccess(config(), { node: 'router' }, output)).rejects.toMatchObject({ code: 'ETIS_NODE_UNKNOWN' });
    await expect(databaseAccess(config(), {}, output)).rejects.toMatchObject({ code: 'ETIS_ROLE_MISSING' });
  });
});

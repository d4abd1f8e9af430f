import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

/** The rule of imports in ARCHITECTURE.md: which layer may name which others in its dependencies. */
const layers: Record<string, readonly string[]> = {
  contracts: [],
  client: [],
  kernel: ['contracts'],
  postgres: ['contracts', 'kernel'],
  duckdb: ['contracts', 'kernel'],
  agent: ['contracts', 'kernel', 'postgres'],
  testing: ['contracts', 'kernel', 'postgres', 'duckdb'],
  plane: ['contracts', 'kernel', 'postgres', 'duckdb', 'agent'],
  runtime: ['contracts', 'kernel', 'postgres', 'duckdb', 'agent'],
  product: ['runtime'],
  console: ['client'],
  app: ['contracts', 'client', 'console', 'kernel', 'postgres', 'agent', 'plane', 'runtime', 'product'],
  bench: ['contracts', 'kernel', 'postgres', 'agent', 'plane', 'runtime', 'product', 'testing'],
};

function layerOf(folder: string): string {
  const [group, name = ''] = folder.split('/');
  if (group === 'foundation') return name;
  if (group === 'planes') return 'plane';
  if (group === 'clusters') return name === 'runtime' ? 'runtime' : 'product';
  if (group === 'apps') return name === 'console' ? 'console' : 'app';
  return 'bench';
}

interface Manifest {
  readonly name: string;
  readonly exports: unknown;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

const folders = ['foundation', 'planes', 'clusters', 'apps']
  .flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true }).map((entry) => (entry.isDirectory() ? `${group}/${entry.name}` : '')),
  )
  .filter((folder) => folder !== '')
  .concat('bench');
const manifests = new Map(
  folders.map((folder) => [folder, JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest]),
);
const layerByName = new Map([...manifests].map(([folder, manifest]) => [manifest.name, layerOf(folder)]));

describe('the rule of imports', () => {
  it.each(folders)('%s depends on lower layers only', (folder) => {
    const allowed = layers[layerOf(folder)];
    const wrong = Object.keys(manifests.get(folder)?.dependencies ?? {})
      .map((name) => ({ name, layer: layerByName.get(name) }))
      .filter(({ layer }) => layer !== undefined && !allowed?.includes(layer))
      .map(({ name }) => name);
    expect(wrong).toEqual([]);
  });

  it.each(folders)('%s needs nothing of the workspace for its tests but the test kit', (folder) => {
    const workspace = Object.keys(manifests.get(folder)?.devDependencies ?? {}).filter((name) => layerByName.has(name));
    expect(workspace.filter((name) => name !== '@etis/testing')).toEqual([]);
  });

  it('names exact versions everywhere', () => {
    const versions = [...manifests.values()].flatMap(({ dependencies, devDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies }),
    );
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('lets products see the SDK and nothing behind it', () => {
    for (const folder of folders.filter((candidate) => layerOf(candidate) === 'product')) {
      const imports = sourcesOf(join(root, folder, 'src')).flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/from '(@etis\/[^']+)'/g)].map((match) => match[1]),
      );
      expect([...new Set(imports)].filter((name) => name !== '@etis/runtime/sdk')).toEqual([]);
    }
  });
});

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && !entry.name.includes('testing'))
    .map((entry) => join(entry.parentPath, entry.name));
}

import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { type Output, terminal } from '../output.ts';
import { listing, type PageOptions, pageQuery, printDone, printPage, type ShowOptions, showing } from './listing.ts';

export async function listTenants(config: Config, options: PageOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/tenants', { params: { query: pageQuery(options) } });
  const columns = {
    titles: ['TENANT', 'NAME', 'STATUS', 'PLACEMENTS'],
    cells: (tenant: (typeof data.items)[number]) => [
      tenant.id,
      tenant.name,
      tenant.status,
      tenant.placements.map(({ product, cluster }) => `${product} on ${cluster}`).join(', '),
    ],
    none: 'No tenants yet: "etis tenants create <id> <name>" makes one.',
  };
  printPage(output, options, { page: data, columns });
}

export async function createTenant(
  config: Config,
  tenant: { id: string; name: string },
  options: ShowOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.post('/api/v1/tenants', { body: tenant });
  printDone(output, options, { data, sentence: `The tenant ${data.id} was created.` });
}

export async function setTenantStatus(
  config: Config,
  tenant: { id: string; status: 'active' | 'suspended' },
  options: ShowOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.patch('/api/v1/tenants/{tenant}', {
    params: { path: { tenant: tenant.id } },
    body: { status: tenant.status },
  });
  printDone(output, options, { data, sentence: `The tenant ${data.id} is ${data.status}.` });
}

export async function placeTenant(
  config: Config,
  placement: { tenant: string; product: string; cluster: string },
  options: ShowOptions,
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { tenant, product, cluster } = placement;
  const { data } = await platform.put('/api/v1/tenants/{tenant}/placements/{product}', {
    params: { path: { tenant, product } },
    body: { cluster },
  });
  printDone(output, options, { data, sentence: `The tenant ${data.tenant} has ${data.product} on ${data.cluster}.` });
}

/** `etis tenants list | create | suspend | activate | place`. */
export function registerTenants(program: Command): void {
  const tenants = program.command('tenants').description('customer organisations');
  listing(tenants.command('list', { isDefault: true }), 'tenants with their placements').action((options: PageOptions) =>
    listTenants(readEnvironment(), options, terminal),
  );
  showing(tenants.command('create'), 'create an active tenant')
    .argument('<id>', '1 to 40 characters of a-z, 0-9 and "-"')
    .argument('<name>', 'as people call it')
    .action((id: string, name: string, options: ShowOptions) => createTenant(readEnvironment(), { id, name }, options, terminal));
  for (const [word, status] of [
    ['suspend', 'suspended'],
    ['activate', 'active'],
  ] as const) {
    showing(tenants.command(word), status === 'active' ? 'route its events again' : 'keep its deliveries as unmatched and route nothing')
      .argument('<id>')
      .action((id: string, options: ShowOptions) => setTenantStatus(readEnvironment(), { id, status }, options, terminal));
  }
  showing(tenants.command('place'), 'place a tenant on a cluster of a product')
    .argument('<tenant>')
    .argument('<product>')
    .argument('<cluster>')
    .action((tenant: string, product: string, cluster: string, options: ShowOptions) =>
      placeTenant(readEnvironment(), { tenant, product, cluster }, options, terminal),
    );
}

import type { ConfigurationLevel, Environment } from '@etis/contracts/configuration';
import { type ProductId, tiers } from '@etis/contracts/tenancy';
import { invalidInput } from '../errors.ts';
import { checkTenantId, checkText } from '../input.ts';

/** Where a parameter is set. */
export interface Place {
  readonly at: ConfigurationLevel;
  /** Null: in every environment. */
  readonly environment: Environment | null;
}

/** A level as a request names it: with the members that the level has, and no other. The product may be left out. */
export interface LevelFields {
  readonly level: ConfigurationLevel['level'];
  readonly product?: string;
  readonly tier?: string;
  readonly tenant?: string;
  readonly unit?: string;
}

const membersOf = {
  platform: [],
  product: ['product'],
  tier: ['tier'],
  tenant: ['tenant'],
  unit: ['tenant', 'unit'],
} as const satisfies Record<ConfigurationLevel['level'], readonly (keyof LevelFields)[]>;

/** The level that the fields name, for a parameter of the product. @throws CONTROL_INPUT_INVALID */
export function levelOf(fields: LevelFields, product: ProductId): ConfigurationLevel {
  const members: readonly string[] = membersOf[fields.level];
  for (const name of ['product', 'tier', 'tenant', 'unit'] as const) {
    if (fields[name] !== undefined && !members.includes(name)) throw invalidInput(name, `the level ${fields.level} has none`);
  }
  switch (fields.level) {
    case 'platform':
      return { level: 'platform' };
    case 'product':
      if ((fields.product ?? product) !== product) throw invalidInput('product', `the parameter belongs to ${product}`);
      return { level: 'product', product };
    case 'tier':
      return { level: 'tier', tier: checkedTier(fields.tier) };
    case 'tenant':
      return { level: 'tenant', tenant: checkedTenant(fields.tenant) };
    case 'unit':
      return { level: 'unit', tenant: checkedTenant(fields.tenant), unit: checkedUnit(fields.unit) };
  }
}

/** The level as one text that no other level has. */
export function placeText(at: ConfigurationLevel): string {
  if (at.level === 'platform') return 'platform';
  if (at.level === 'product') return `product/${at.product}`;
  if (at.level === 'tier') return `tier/${at.tier}`;
  return at.level === 'tenant' ? `tenant/${at.tenant}` : `unit/${at.tenant}/${at.unit}`;
}

/** Null for a level that no tenant has to itself. */
export function tenantOf(at: ConfigurationLevel): string | null {
  return at.level === 'tenant' || at.level === 'unit' ? at.tenant : null;
}

function checkedTier(tier: string | undefined): (typeof tiers)[number] {
  const known = tiers.find((one) => one === tier);
  if (known === undefined) throw invalidInput('tier', `the level tier names one of ${tiers.join(', ')}`);
  return known;
}

function checkedTenant(tenant: string | undefined): string {
  if (tenant === undefined) throw invalidInput('tenant', 'the level names a tenant');
  checkTenantId(tenant);
  return tenant;
}

function checkedUnit(unit: string | undefined): string {
  if (unit === undefined) throw invalidInput('unit', 'the level names a unit of the tenant');
  checkText('unit', unit, 200);
  return unit;
}

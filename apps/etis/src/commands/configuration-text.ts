import type { ConfigurationChange, ConfigurationPreview, ExplainedValue, ParameterSetting } from '@etis/client';
import type { Environment } from '@etis/contracts/configuration';
import type { Tier } from '@etis/contracts/tenancy';
import { InvalidArgumentError } from 'commander';
import { type Output, printable } from '../output.ts';
import type { ShowOptions } from './listing.ts';

/** For whom a value is asked. */
export interface TargetOptions extends ShowOptions {
  readonly tenant?: string;
  readonly tier?: Tier;
  readonly cluster?: string;
  readonly unit?: string;
  readonly subject?: string;
  readonly environment?: Environment;
}

/** Where a parameter is set, as the API takes it. */
export interface Level {
  readonly level: 'platform' | 'product' | 'tier' | 'tenant' | 'unit';
  readonly product?: string;
  readonly tier?: Tier;
  readonly tenant?: string;
  readonly unit?: string;
}

/** `platform`, `product/<id>`, `tier/<tier>`, `tenant/<id>` or `unit/<tenant>/<project>`; whether such a one exists is the platform's to say. */
export function levelOf(text: string): Level {
  const [level, first, ...rest] = text.split('/');
  const more = rest.join('/');
  if (level === 'platform' && first === undefined) return { level };
  if (level === 'unit' && first && more) return { level, tenant: first, unit: more };
  if ((level === 'product' || level === 'tier' || level === 'tenant') && first && more === '')
    return { level, [level]: first } as unknown as Level;
  throw new InvalidArgumentError('It is platform, product/<id>, tier/<tier>, tenant/<id> or unit/<tenant>/<project>.');
}

export function levelText({ level, product, tier, tenant, unit }: ParameterSetting['at']): string {
  return [level, product ?? tier ?? tenant, unit].filter((part) => part !== undefined).join('/');
}

/** JSON where it is some, and the text itself where it is not. */
export function typedValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function valueText(value: unknown): string {
  return JSON.stringify(value) ?? '-';
}

/** Whose value would change, for somebody who has to confirm it. */
export function previewText({ tenants, affected, examples, bySubject }: ConfigurationPreview): string {
  const lines = examples.slice(0, 10).map(({ tenant, before, after }) => `  ${tenant}: ${valueText(before)} becomes ${valueText(after)}`);
  if (affected > lines.length) lines.push(`  and ${affected - lines.length} more`);
  if (bySubject) lines.push('  a rule decides by subjects, who cannot be counted beforehand');
  return [`Of ${tenants} tenants ${affected} get another value.`, ...lines].map(printable).join('\n');
}

export function printExplained(output: Output, options: ShowOptions, explained: ExplainedValue): void {
  if (options.json) {
    output.json(explained);
    return;
  }
  const variant = explained.variant === null ? '' : ` (variant ${explained.variant})`;
  output.line(printable(`${explained.key} is ${valueText(explained.value)}${variant}: ${explained.reason}`));
  for (const why of explained.why) output.line(printable(`  ${why}`));
}

/** What a change did, in a line. */
export function changeText({ before, after }: ConfigurationChange): string {
  if (after.kind === 'parameter') return `${settingText(before?.settings)} becomes ${settingText(after.settings)}`;
  const state = (entry: typeof before) =>
    entry === null ? '-' : `${entry.enabled ? 'enabled' : 'disabled'}, ${entry.rules?.length ?? 0} rules`;
  return `${state(before)} becomes ${state(after)}`;
}

function settingText(settings: NonNullable<ConfigurationChange['before']>['settings']): string {
  const [setting] = settings ?? [];
  return setting === undefined ? 'not set' : `${valueText(setting.value)} at ${levelText(setting.at)}`;
}

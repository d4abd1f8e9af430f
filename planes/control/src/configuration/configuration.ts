import { type ConfigurationHistory, createConfigurationHistory } from './configuration-history.ts';
import { createFlags, type Flags } from './flags.ts';
import { type ConfigurationOptions, createParameters, type Parameters } from './parameters.ts';

/** Parameters and flags of products, as people set them. When a change resolves, it is committed, audited and in the published view. */
export interface Configuration {
  readonly parameters: Parameters;
  readonly flags: Flags;
  readonly history: ConfigurationHistory;
}

export function createConfiguration(options: ConfigurationOptions): Configuration {
  return { parameters: createParameters(options), flags: createFlags(options), history: createConfigurationHistory(options) };
}

import type { Configuration } from '../../configuration/configuration.ts';

export interface ConfigurationRoutesOptions {
  readonly configuration: Configuration;
}

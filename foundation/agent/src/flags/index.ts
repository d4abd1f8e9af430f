export { createFlagProvider, type FlagProviderOptions } from './flag-provider.ts';

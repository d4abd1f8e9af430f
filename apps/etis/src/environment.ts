import { type Config, readConfig } from '@etis/kernel';

/** The only place that reads the environment. */
export function readEnvironment(): Config {
  return readConfig(process.env, process.cwd());
}

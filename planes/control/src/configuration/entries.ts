import type { ConfigurationEntry } from '@etis/contracts/configuration';
import type { PlatformTx } from '@etis/postgres';
import { errors } from '../errors.ts';

export type ParameterEntry = Extract<ConfigurationEntry, { kind: 'parameter' }>;
export type FlagEntry = Extract<ConfigurationEntry, { kind: 'flag' }>;

/** A parameter or flag as it travels, with everything that is set. @throws CONTROL_PARAMETER_UNKNOWN, CONTROL_FLAG_UNKNOWN */
export async function readEntry<Kind extends ConfigurationEntry['kind']>(
  tx: PlatformTx,
  kind: Kind,
  key: string,
): Promise<Extract<ConfigurationEntry, { kind: Kind }>> {
  const [row] = await tx.query<{ entry: ConfigurationEntry }>(
    "select entry from configuration_entry where key = $1 and entry->>'kind' = $2",
    [key, kind],
  );
  if (row === undefined) throw kind === 'parameter' ? errors.PARAMETER_UNKNOWN(key) : errors.FLAG_UNKNOWN(key);
  return row.entry as Extract<ConfigurationEntry, { kind: Kind }>;
}

import type { SealedSecret } from './governance.ts';
import type { ConnectionId, TenantId } from './tenancy.ts';

/** Where a sealed secret lives. It is the additional data of the envelope: a secret that was moved to another place does not open. */
export interface SecretBinding {
  readonly tenant: TenantId | null;
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** Seals and opens secrets at rest. `open` throws where the key, the envelope or the binding is not the one that sealed it. */
export interface Secrets {
  seal(plain: string, binding: SecretBinding): SealedSecret;
  open(sealed: SealedSecret, binding: SecretBinding): string;
}

/** The place of a connection's secrets: whoever verifies a delivery opens them with what the governance view says of the connection. */
export function connectionSecretBinding(connection: { readonly id: ConnectionId; readonly tenant: TenantId | null }): SecretBinding {
  return { tenant: connection.tenant, table: 'connection_secret', column: 'sealed', row: connection.id };
}

/** A tenant's data key (null: the platform's own), sealed by the master key: safe to store, useless without the master key. */
export interface WrappedDataKey {
  /** A UUIDv7; of several keys of one owner the newest seals, all of them open. */
  readonly id: string;
  readonly tenant: TenantId | null;
  readonly wrapped: string;
}

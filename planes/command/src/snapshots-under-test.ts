import { randomBytes } from 'node:crypto';
import { createSecrets, type SecretVault } from '@etis/agent';
import type { ConfigurationEntry } from '@etis/contracts/configuration';
import type { GovernanceView } from '@etis/contracts/governance';
import { connectionSecretBinding } from '@etis/contracts/secrets';

/** A vault with the platform's and one tenant's data key in use, as control has it. */
export function platformVault(masterKey: Buffer = randomBytes(32)): SecretVault {
  const vault = createSecrets({ masterKey });
  vault.addDataKey(vault.newDataKey(null));
  vault.addDataKey(vault.newDataKey('arbor'));
  return vault;
}

/** A small view that has something of everything; its connection's secret is `s3cret`, sealed by the vault. */
export function viewOf(version: number, vault: SecretVault): GovernanceView {
  const connection = { id: 'whatsapp-1', source: 'whatsapp', tenant: 'arbor', enabled: true };
  return {
    version,
    tenants: new Map([
      ['arbor', { id: 'arbor', name: 'Arbor Construction', status: 'active' }],
      ['meridian', { id: 'meridian', name: 'Méridien – 子午線', status: 'suspended' }],
    ]),
    clusters: new Map([['nudge-standard', { id: 'nudge-standard', product: 'nudge', tier: 'standard' }]]),
    placements: [{ tenant: 'arbor', product: 'nudge', cluster: 'nudge-standard' }],
    connections: new Map([
      [connection.id, { ...connection, secrets: [vault.seal('s3cret', connectionSecretBinding(connection))] }],
      ['autodesk', { id: 'autodesk', source: 'autodesk', tenant: null, enabled: false, secrets: [] }],
    ]),
    resolver: [
      {
        ref: { system: 'whatsapp', kind: 'phone-number', id: '106540352242922' },
        tenant: 'arbor',
        project: null,
        region: 'EMEA',
        product: 'nudge',
      },
    ],
    subscriptions: [{ product: 'nudge', types: ['document.*', 'whatsapp.message.received'] }],
    configuration: new Map<string, ConfigurationEntry>([
      [
        'nudge.quiet',
        {
          kind: 'parameter',
          declaration: { key: 'nudge.quiet', product: 'nudge', description: 'Says nothing.', value: { type: 'boolean' }, default: false },
          settings: [{ at: { level: 'tenant', tenant: 'arbor' }, environment: 'live', value: true }],
        },
      ],
      [
        'nudge.wording',
        {
          kind: 'flag',
          declaration: {
            key: 'nudge.wording',
            product: 'nudge',
            description: 'How it is said.',
            value: { type: 'string' },
            variants: { short: 'short', long: 'long' },
            default: 'short',
            off: 'short',
          },
          enabled: true,
          rules: [{ id: 'half', rollout: { seed: 'a', by: 'tenant', shares: { long: 5_000 } } }],
        },
      ],
    ]),
  };
}

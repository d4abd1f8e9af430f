import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { type Output, table, terminal } from '../output.ts';
import { given, printDone, type ShowOptions, showing, whole } from './listing.ts';

export async function showKeys(config: Config, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.get('/api/v1/keys', {});
  if (options.json) {
    output.json(data);
    return;
  }
  const where = data.rootIsHere ? 'lies with the platform; move it offline and keep a copy' : 'is offline';
  output.line(`The root key ${data.root} ${where}.`);
  const state = (key: (typeof data.keys)[number]) => (key.revoked ? 'revoked' : key.keyId === data.current?.keyId ? 'signs' : 'counts');
  output.line(
    table(
      ['KEY', 'ROLE', 'STATE', 'FROM', 'UNTIL'],
      data.keys.map((key) => [key.keyId, key.role, state(key), key.notBefore, key.notAfter]),
    ),
  );
}

export async function rotateKey(config: Config, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.post('/api/v1/keys/rotate', {});
  printDone(output, options, { data, sentence: `${data.keyId} signs from now on, until ${data.notAfter}.` });
}

export async function revokeKey(
  config: Config,
  key: string,
  options: ShowOptions & { readonly reason: string },
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  await platform.post('/api/v1/keys/{key}/revoke', { params: { path: { key } }, body: { reason: options.reason } });
  printDone(output, options, { data: { key }, sentence: `${key} counts no more, anywhere.` });
}

/** Prints the certificate, which belongs beside the operator's key. */
export async function certifyOperator(
  config: Config,
  publicKey: string,
  options: { readonly days?: number },
  output: Output,
): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.post('/api/v1/keys/operators', { body: { publicKey, ...given({ validDays: options.days }) } });
  output.json(data);
}

/** `etis keys show | rotate | revoke | certify`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('what everything that governs is signed with');
  showing(keys.command('show', { isDefault: true }), 'the signing keys and until when they count').action((options: ShowOptions) =>
    showKeys(readEnvironment(), options, terminal),
  );
  showing(keys.command('rotate'), 'put a new signing key in force; needs the root key where the platform finds it').action(
    (options: ShowOptions) => rotateKey(readEnvironment(), options, terminal),
  );
  showing(keys.command('revoke'), 'take a key out of force everywhere')
    .argument('<key>')
    .requiredOption('--reason <text>', 'why; it is kept with the record of the action')
    .action((key: string, options: ShowOptions & { reason: string }) => revokeKey(readEnvironment(), key, options, terminal));
  showing(keys.command('certify'), "certify an operator's own key for break-glass orders; prints the certificate")
    .argument('<public-key>', 'raw Ed25519, base64url')
    .option('--days <days>', 'how long it counts, 1 to 365; 90 by default', whole)
    .action((publicKey: string, options: { days?: number }) => certifyOperator(readEnvironment(), publicKey, options, terminal));
}

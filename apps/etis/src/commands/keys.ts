import { createSigningKey, exportSigningKey } from '@etis/agent';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { errors } from '../errors.ts';
import { type Output, table, terminal } from '../output.ts';
import { createPrivate } from '../platform/home.ts';
import { askAtTerminal, type Confirm } from './confirm.ts';
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

/** Destroys a tenant's data key once it was confirmed. @throws ETIS_NOT_CONFIRMED */
export async function eraseTenant(
  config: Config,
  { tenant, reason, yes, ...options }: ShowOptions & { readonly tenant: string; readonly reason: string; readonly yes?: boolean },
  { output, confirm }: { output: Output; confirm: Confirm },
): Promise<void> {
  const question = `What is sealed of ${tenant} is lost for good: secrets of its connections, and who did what and why in its audit. Erase? [y/N] `;
  if (!yes && !(await confirm(question))) throw errors.NOT_CONFIRMED();
  const { platform } = await createApiClient(config);
  await platform.post('/api/v1/tenants/{tenant}/erase', { params: { path: { tenant } }, body: { reason } });
  printDone(output, options, {
    data: { tenant },
    sentence: `The data key of ${tenant} is destroyed. Copies in backups end with the backups.`,
  });
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

/** Has the platform sign again after it was restored from an older backup. */
export async function recoverPlatform(config: Config, options: ShowOptions, output: Output): Promise<void> {
  const { platform } = await createApiClient(config);
  const { data } = await platform.post('/api/v1/keys/recover', {});
  const { epoch, shownBy, directives, revokedKeys } = data;
  printDone(output, options, {
    data,
    sentence: `The platform signs again, in epoch ${epoch}. ${shownBy} subscribers showed what they hold: ${directives} directives and ${revokedKeys.length} revoked keys that the backup had not; look at "etis directive list".`,
  });
}

/** Makes an operator's own key for break-glass orders, in a file that only its owner may read. */
export async function makeOperatorKey(file: string, options: ShowOptions, output: Output): Promise<void> {
  const key = createSigningKey();
  if (!(await createPrivate(file, exportSigningKey(key)))) throw errors.FILE_EXISTS(file);
  printDone(output, options, {
    data: { file, keyId: key.keyId, publicKey: key.publicKey },
    sentence: `The key is in ${file}, and nowhere else. Have it certified: etis keys certify ${key.publicKey} > certificate.json`,
  });
}

/** `etis keys show | make | rotate | revoke | certify | erase`, and `etis recover`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('what everything that governs is signed with');
  showing(keys.command('show', { isDefault: true }), 'the signing keys and until when they count').action((options: ShowOptions) =>
    showKeys(readEnvironment(), options, terminal),
  );
  showing(keys.command('make'), "make an operator's own key for break-glass orders")
    .argument('<file>', 'where it is kept; nobody else may read it')
    .action((file: string, options: ShowOptions) => makeOperatorKey(file, options, terminal));
  showing(
    program.command('recover'),
    'have a platform sign again that was restored from an older backup; needs the root key where it finds it',
  ).action((options: ShowOptions) => recoverPlatform(readEnvironment(), options, terminal));
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
  showing(keys.command('erase'), 'destroy the data key of a suspended tenant, and so everything that is sealed under it')
    .argument('<tenant>')
    .requiredOption('--reason <text>', 'why; it is kept with the record of the action')
    .option('--yes', 'without asking')
    .action((tenant: string, options: ShowOptions & { reason: string; yes?: boolean }) =>
      eraseTenant(readEnvironment(), { tenant, ...options }, { output: terminal, confirm: askAtTerminal }),
    );
}

import type { AuditFinding, AuditVerification, SealedEntry } from '@etis/contracts/audit';
import type { Page } from '@etis/contracts/flow';
import type { Config } from '@etis/kernel';
import type { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import { readEnvironment } from '../environment.ts';
import { type Output, printable, terminal } from '../output.ts';
import { given, listing, type PageOptions, pageQuery, printPage, type ShowOptions, showing } from './listing.ts';

export interface ListAuditOptions extends PageOptions {
  /** Whose actions; without one they are the platform's own. */
  readonly tenant?: string;
}

export async function listAudit(config: Config, options: ListAuditOptions, output: Output): Promise<void> {
  const query = { ...pageQuery(options), ...given({ tenant: options.tenant }) };
  const page = await ask<Page<SealedEntry>>(config, 'get', '/api/v1/audit', { params: { query } });
  const columns = {
    titles: ['NUMBER', 'AT', 'ACTOR', 'ACTION', 'TARGET', 'REASON'],
    cells: ({ number, at, actor, action, target, reason }: SealedEntry) => [
      String(number),
      at,
      `${actor.kind}/${actor.id}`,
      action,
      target,
      reason ?? '',
    ],
    none: 'Nothing is sealed here.',
  };
  printPage(output, options, { page, columns });
}

/** Resolves to whether nothing was found. `progress` is told from time to time how far it has come. */
export async function verifyAudit(
  config: Config,
  options: ShowOptions,
  { output, progress }: { output: Output; progress: (line: string) => void },
): Promise<boolean> {
  let verification = await ask<AuditVerification>(config, 'post', '/api/v1/audit/verify', {});
  while (verification.state === 'running') {
    progress(progressText(verification));
    const params = { path: { verification: verification.id } };
    verification = await ask(config, 'get', '/api/v1/audit/verifications/{verification}', { params });
  }
  const { chains, entries, checkpoints, unsealed, findings } = verification;
  if (options.json) output.json(verification);
  else {
    for (const finding of findings) output.line(findingText(finding));
    output.line(`${entries} entries in ${chains} chains under ${checkpoints} checkpoints: ${verdict(findings.length)}`);
    if (unsealed.rows > 0) {
      output.line(`${unsealed.rows} more are not sealed yet, the oldest for ${unsealed.oldestMs} ms; of those nothing is proven.`);
    }
  }
  return findings.length === 0;
}

function progressText({ entries, total, rows, checkpoints, findings }: AuditVerification): string {
  const found = findings.length === 0 ? '' : `, ${verdict(findings.length)}`;
  if (checkpoints > 0) return `${checkpoints} checkpoints are checked${found}`;
  return rows > 0 ? `${rows} rows of the domains are looked for${found}` : `${entries} of ${total} entries are checked${found}`;
}

function verdict(findings: number): string {
  return findings === 0 ? 'nothing was changed.' : `${findings} findings.`;
}

function findingText({ chain, number, kind, detail }: AuditFinding): string {
  return printable(`${kind}  ${chain}${number === null ? '' : ` ${number}`}  ${detail}`);
}

/** The routes of the audit record, with the contract's types. */
async function ask<T>(config: Config, method: 'get' | 'post', path: string, init: object): Promise<T> {
  const { platform } = await createApiClient(config);
  const call = platform as unknown as Record<'get' | 'post', (path: string, init: object) => Promise<{ data: unknown }>>;
  return (await call[method](path, init)).data as T;
}

/** `etis audit list | verify`. */
export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('what was done by whom, sealed so that nobody can change it unseen');
  listing(audit.command('list'), "a tenant's sealed actions, newest first, or without one the platform's own")
    .option('--tenant <id>')
    .action((options: ListAuditOptions) => listAudit(readEnvironment(), options, terminal));
  showing(audit.command('verify'), 'check all of it, or join who does; exits with 1 where anything was changed').action(
    async (options: ShowOptions) => {
      const progress = (line: string) => process.stderr.write(`${line}\n`);
      if (!(await verifyAudit(readEnvironment(), options, { output: terminal, progress }))) process.exitCode = 1;
    },
  );
}

import { type Config, createLog } from '@etis/kernel';
import { errors } from '../errors.ts';
import { stopGracefully, takeSignals } from '../node/signals.ts';
import type { RunningNode } from '../node/start-node.ts';
import type { Output } from '../output.ts';
import { beginServer } from '../platform/begin-server.ts';

/** Runs the platform until it is told to stop by SIGINT or SIGTERM. */
export async function up(config: Config, options: { demo: boolean }, output: Output): Promise<void> {
  if (options.demo) refuseDemonstration(config);
  const { first } = takeSignals();
  const log = createLog({ level: config.logLevel, role: 'platform' });
  const server = beginServer({ config, log, notice: (sentence) => output.line(sentence) });
  const { startPlatform } = await import('../platform/start-platform.ts');
  const platform = await startPlatform({ config, demo: options.demo, server, log });
  for (const line of banner(platform, config, options.demo)) output.line(line);
  output.line(`${await first}: stopping.`);
  await stopGracefully(platform, { lameduckMs: config.lameduckMs ?? 0, log });
  output.line('Stopped.');
}

/** @throws ETIS_DEMO_REFUSED */
function refuseDemonstration(config: Config): void {
  if (config.databaseUrl !== null) throw errors.DEMO_REFUSED('on a database of yours (DATABASE_URL is set)');
  if (config.production) throw errors.DEMO_REFUSED('in production (NODE_ENV is "production")');
  if (!['127.0.0.1', 'localhost', '::1'].includes(config.host)) {
    throw errors.DEMO_REFUSED(`on an address that others reach (ETIS_HOST is ${config.host})`);
  }
}

function banner(platform: Pick<RunningNode, 'url' | 'token'>, config: Config, demo: boolean): string[] {
  const { token } = platform;
  return [
    `etiS listens at ${platform.url}`,
    '',
    ...(token === null ? [] : [consoleLine(platform.url, token.fresh), ...credentialLines(token)]),
    `  data                   ${config.home}`,
    ...(demo ? standInLines(config) : missingLines(config)),
    '',
    demo ? 'Next, in a second terminal:  npm run demo' : 'Next, in a second terminal:  npm run etis -- status',
    '',
  ];
}

function standInLines({ mail, whatsapp }: Config): string[] {
  return [
    ...(mail === null ? ['  mail                   kept by a local SMTP server of the demonstration, passed on to nobody'] : []),
    ...(whatsapp === null ? ['  WhatsApp               answered by a local stand-in for the Graph API, passed on to nobody'] : []),
  ];
}

function missingLines({ mail, whatsapp }: Config): string[] {
  return [
    ...(mail === null ? ['  mail                   none configured, so e-mail jobs wait (ETIS_SMTP_URL, ETIS_MAIL_FROM)'] : []),
    ...(whatsapp === null ? ['  WhatsApp               none configured, so its jobs wait (ETIS_WHATSAPP_TOKENS)'] : []),
  ];
}

/** The credential goes in the part of the address that no browser sends to a server; the console takes it out at once. */
function consoleLine(url: string, fresh: string | null): string {
  return `  console                ${url}/console/${fresh === null ? '' : `#credential=${fresh}`}`;
}

function credentialLines({ file, fresh }: { file: string; fresh: string | null }): string[] {
  if (fresh === null) return [`  operator's credential  in ${file}`];
  return [`  operator's credential  ${fresh}`, `                         shown this once; kept in ${file} (mode 0600)`];
}

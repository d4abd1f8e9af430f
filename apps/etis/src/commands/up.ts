import { type Config, createLog } from '@etis/kernel';
import { errors } from '../errors.ts';
import type { Output } from '../output.ts';
import { beginServer } from '../platform/begin-server.ts';

/** Runs the platform until it is told to stop by SIGINT or SIGTERM. */
export async function up(config: Config, options: { demo: boolean }, output: Output): Promise<void> {
  if (options.demo) refuseDemonstration(config);
  const stopped = signalled();
  const log = createLog({ level: config.logLevel, role: 'platform' });
  const server = beginServer({ config, log, notice: (sentence) => output.line(sentence) });
  const { startPlatform } = await import('../platform/start-platform.ts');
  const platform = await startPlatform({ config, demo: options.demo, server, log });
  for (const line of banner(platform, config, options.demo)) output.line(line);
  const signal = await stopped;
  output.line(`${signal}: stopping.`);
  await platform.stop();
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

function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

function banner(platform: { url: string; token: { file: string; fresh: string | null } }, config: Config, demo: boolean): string[] {
  return [
    `etiS listens at ${platform.url}`,
    '',
    platform.token.fresh === null
      ? `  operator's credential  in ${platform.token.file}`
      : `  operator's credential  ${platform.token.fresh}`,
    ...(platform.token.fresh === null ? [] : [`                         shown this once; kept in ${platform.token.file} (mode 0600)`]),
    `  data                   ${config.home}`,
    ...(config.mail === null && !demo
      ? ['  mail                   none configured, so e-mail jobs wait (ETIS_SMTP_URL, ETIS_MAIL_FROM)']
      : []),
    ...(config.mail === null && demo
      ? ['  mail                   kept by a local SMTP server of the demonstration, passed on to nobody']
      : []),
    '',
    demo ? 'Next, in a second terminal:  npm run demo' : 'Next, in a second terminal:  npm run etis -- status',
    '',
  ];
}

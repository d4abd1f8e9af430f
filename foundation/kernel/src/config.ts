import { isAbsolute, resolve } from 'node:path';
import { errorCatalogue } from './errors.ts';

export const configErrors = errorCatalogue('CONFIG', {
  INVALID: { kind: 'setup', message: (name: string, reason: string) => `The setting ${name} cannot be used: ${reason}` },
});

/** How mail leaves; null where none is configured, and then e-mail jobs wait. */
export interface MailConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`); otherwise STARTTLS is used where the server offers it. */
  readonly secure: boolean;
  readonly user: string | null;
  readonly password: string | null;
  readonly from: string;
}

/** Every setting of an installation, read once at the start and frozen. */
export interface Config {
  /** ETIS_HOME, `./.etis` by default: data, credentials and logs; absolute. */
  readonly home: string;
  /** ETIS_HOST, 127.0.0.1 by default. */
  readonly host: string;
  /** ETIS_PORT, 8080 by default; 0 takes a free one. */
  readonly port: number;
  /** DATABASE_URL: a PostgreSQL of yours instead of the embedded one. */
  readonly databaseUrl: string | null;
  /** ETIS_DATABASES: `each` (a database per domain, the default) or `one`. */
  readonly databases: 'each' | 'one';
  /** ETIS_MASTER_KEY: 32 bytes as base64 or hex; without it a file in the home is used. */
  readonly masterKey: string | null;
  /** ETIS_SMTP_URL and ETIS_MAIL_FROM. */
  readonly mail: MailConfig | null;
  /** ETIS_LOG_LEVEL, `warn` by default. */
  readonly logLevel: string;
  /** NODE_ENV is `production`. */
  readonly production: boolean;
}

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

/** Reads the settings out of an environment. An empty value counts as absent. @throws CONFIG_INVALID */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, directory: string): Config {
  const read = (name: string) => environment[name]?.trim() || null;
  const home = read('ETIS_HOME') ?? '.etis';
  const databases = read('ETIS_DATABASES') ?? 'each';
  if (databases !== 'each' && databases !== 'one') {
    throw configErrors.INVALID('ETIS_DATABASES', `it is "${databases}"; use "each" (a database per domain) or "one".`);
  }
  const logLevel = read('ETIS_LOG_LEVEL') ?? 'warn';
  if (!logLevels.includes(logLevel)) {
    throw configErrors.INVALID('ETIS_LOG_LEVEL', `it is "${logLevel}"; use one of ${logLevels.join(', ')}.`);
  }
  return Object.freeze({
    home: isAbsolute(home) ? home : resolve(directory, home),
    host: read('ETIS_HOST') ?? '127.0.0.1',
    port: readPort(read('ETIS_PORT')),
    databaseUrl: readDatabaseUrl(read('DATABASE_URL')),
    databases,
    masterKey: read('ETIS_MASTER_KEY'),
    mail: readMail(read('ETIS_SMTP_URL'), read('ETIS_MAIL_FROM')),
    logLevel,
    production: read('NODE_ENV') === 'production',
  });
}

/** The settings as a person may see them: no password, no key. */
export function redactConfig(config: Config): Record<string, unknown> {
  const hidden = (value: string | null) => (value === null ? null : '[redacted]');
  return {
    ...config,
    databaseUrl: config.databaseUrl === null ? null : withoutPassword(config.databaseUrl),
    masterKey: hidden(config.masterKey),
    mail: config.mail === null ? null : { ...config.mail, password: hidden(config.mail.password) },
  };
}

function readPort(text: string | null): number {
  if (text === null) return 8080;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw configErrors.INVALID('ETIS_PORT', `"${text}" is not a port; use a number from 0 (any free one) to 65535.`);
  }
  return port;
}

function readDatabaseUrl(text: string | null): string | null {
  if (text === null) return null;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')) {
    throw configErrors.INVALID('DATABASE_URL', 'it is not of the form postgresql://user:password@host:5432/database.');
  }
  return text;
}

function readMail(text: string | null, from: string | null): MailConfig | null {
  if (text === null) return null;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    throw configErrors.INVALID('ETIS_SMTP_URL', 'it is not of the form smtp://user:password@host:587 or smtps://host.');
  }
  if (from === null)
    throw configErrors.INVALID('ETIS_MAIL_FROM', 'it is missing; mail needs a sender, for example "etiS <etis@example.com>".');
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    user: url.username === '' ? null : decodeURIComponent(url.username),
    password: url.password === '' ? null : decodeURIComponent(url.password),
    from,
  };
}

/** Keeps everything but the password, wherever it stands in the address. */
function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = 'redacted';
  if (url.searchParams.has('password')) url.searchParams.set('password', 'redacted');
  return url.href;
}

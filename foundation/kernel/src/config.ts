import { isAbsolute, resolve } from 'node:path';
import { type Environment, environments } from '@etis/contracts/configuration';
import type { OnLeaseEnd } from '@etis/contracts/snapshot';
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

/** The Graph API of WhatsApp Business; null where none is configured, and then WhatsApp jobs wait. */
export interface WhatsAppConfig {
  /** ETIS_WHATSAPP_BASE_URL, `https://graph.facebook.com` by default; without a slash at the end. */
  readonly baseUrl: string;
  /** ETIS_WHATSAPP_VERSION, `v23.0` by default. */
  readonly version: string;
  /** ETIS_WHATSAPP_TOKENS: access token by phone_number_id, or the absolute path of a file (mode 0600) that holds them as a JSON object. */
  readonly tokens: Readonly<Record<string, string>> | string;
}

/** How long the record is kept, and how large it may be; null leaves it to the spine. */
interface RecordConfig {
  /** ETIS_SPINE_KEEP_DAYS: deliveries, events and jobs that ended. */
  readonly keepDays: number | null;
  /** ETIS_SPINE_UNMATCHED_DAYS: what found no place. */
  readonly unmatchedDays: number | null;
  /** ETIS_SPINE_DIGEST_DAYS: how long a redelivery is known as one. */
  readonly digestDays: number | null;
  /** ETIS_SPINE_MAX_BYTES, as a number or with kB, MB, GB or TB (powers of 1,000). */
  readonly maxBytes: number | null;
}

/** Every setting of an installation, read once at the start and frozen. */
export interface Config {
  /** ETIS_HOME, `./.etis` by default: data, credentials and logs; absolute. */
  readonly home: string;
  /** ETIS_HOST, 127.0.0.1 by default. */
  readonly host: string;
  /** ETIS_PORT, 8080 by default; 0 takes a free one. */
  readonly port: number;
  /** ETIS_HEALTH_PORT: a further listener for `/healthz` and `/readyz` alone, which are on the first one too; null for none. */
  readonly healthPort: number | null;
  /** ETIS_PLATFORM_URL: where an edge finds the platform when that runs in another process; several, separated by commas, share the requests. */
  readonly platformUrls: readonly string[];
  /**
   * ETIS_LAMEDUCK, given in seconds: how long a process that was told to stop goes on answering while it says that it is not ready, in milliseconds.
   * Null leaves it to the command: 0 for `etis up`, which has no balancer before it, 2 s for `etis serve`.
   */
  readonly lameduckMs: number | null;
  /** DATABASE_URL: a PostgreSQL of yours instead of the embedded one. */
  readonly databaseUrl: string | null;
  /** ETIS_REDIS_URL: `redis://` or `rediss://`, for batches that go over Redis; null where nothing does. */
  readonly redisUrl: string | null;
  /** ETIS_DATABASES: `each` (a database per domain, the default) or `one`. */
  readonly databases: 'each' | 'one';
  /** ETIS_MASTER_KEY: 32 bytes as base64 or hex; without it a file in the home is used. */
  readonly masterKey: string | null;
  /** ETIS_SMTP_URL and ETIS_MAIL_FROM. */
  readonly mail: MailConfig | null;
  readonly whatsapp: WhatsAppConfig | null;
  /** ETIS_DOCUMENTS_PATH: the folder that documents are kept in, absolute; null where none is configured, and then document jobs wait. */
  readonly documentsPath: string | null;
  /** ETIS_HTTP_ALLOW_PRIVATE: local addresses that workflows may call all the same, with commas between them; none by default. */
  readonly httpAllowPrivate: readonly string[];
  /** ETIS_ENVIRONMENT, `live` by default: what values of parameters and rules of flags may name. */
  readonly environment: Environment;
  /** ETIS_INSTALLATION, `etis` by default: what subscribers take orders for, and no other. */
  readonly installation: string;
  /** ETIS_NODE: the name of this process in the fleet; null for the host's name and the port. */
  readonly node: string | null;
  /** ETIS_LINK_PORT: where parts of other processes dial in to be governed by this platform; null for nowhere. 0 takes a free one. */
  readonly linkPort: number | null;
  /** ETIS_LINK_HOST: the address to listen on for that; 127.0.0.1 by default. */
  readonly linkHost: string;
  /** ETIS_LINK_URL: where the platform's link is found, `wss:`; several, separated by commas. A platform tells it to whom it invites; what is enrolled dials it instead of what it was told. */
  readonly linkUrls: readonly string[];
  /** ETIS_LINK_TOKENS: what a process enrols its parts with at its first start: tokens, or the absolute path of a file with one in each line. */
  readonly linkTokens: string | null;
  /**
   * ETIS_ON_LEASE_END: what the parts of this process do while what governs them is past its time: `continue` (the default), `stop-new-work` or `stop`.
   */
  readonly onLeaseEnd: OnLeaseEnd;
  /** OTEL_EXPORTER_OTLP_ENDPOINT: where metrics and traces are sent by OTLP over HTTP; null for nowhere. */
  readonly otlpEndpoint: string | null;
  /** ETIS_METRICS is `on`: each process serves `/metrics` for Prometheus, to who may read telemetry. */
  readonly metrics: boolean;
  /** How long the record is kept, and how large it may be. */
  readonly record: RecordConfig;
  /** ETIS_AUDIT_KEEP_DAYS: after how many days sealed actions are given up; null keeps them for ever. */
  readonly auditKeepDays: number | null;
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
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(directory, path));
  const documents = read('ETIS_DOCUMENTS_PATH');
  return Object.freeze({
    home: absolute(home),
    host: read('ETIS_HOST') ?? '127.0.0.1',
    port: readPort('ETIS_PORT', read('ETIS_PORT')) ?? 8080,
    healthPort: readPort('ETIS_HEALTH_PORT', read('ETIS_HEALTH_PORT')),
    platformUrls: readPlatformUrls(read('ETIS_PLATFORM_URL')),
    lameduckMs: readLameduck(read('ETIS_LAMEDUCK')),
    databaseUrl: readDatabaseUrl(read('DATABASE_URL')),
    redisUrl: readRedisUrl(read('ETIS_REDIS_URL')),
    databases,
    masterKey: read('ETIS_MASTER_KEY'),
    mail: readMail(read('ETIS_SMTP_URL'), read('ETIS_MAIL_FROM')),
    whatsapp: readWhatsApp({
      tokens: read('ETIS_WHATSAPP_TOKENS'),
      baseUrl: read('ETIS_WHATSAPP_BASE_URL'),
      version: read('ETIS_WHATSAPP_VERSION'),
      absolute,
    }),
    documentsPath: documents === null ? null : absolute(documents),
    httpAllowPrivate: (read('ETIS_HTTP_ALLOW_PRIVATE') ?? '').split(',').flatMap((text) => (text.trim() === '' ? [] : [text.trim()])),
    environment: readEnvironmentName(read('ETIS_ENVIRONMENT')),
    installation: readName('ETIS_INSTALLATION', read('ETIS_INSTALLATION')) ?? 'etis',
    node: readName('ETIS_NODE', read('ETIS_NODE')),
    linkPort: readPort('ETIS_LINK_PORT', read('ETIS_LINK_PORT')),
    linkHost: read('ETIS_LINK_HOST') ?? '127.0.0.1',
    linkUrls: readLinkUrls(read('ETIS_LINK_URL')),
    linkTokens: read('ETIS_LINK_TOKENS'),
    onLeaseEnd: readOnLeaseEnd(read('ETIS_ON_LEASE_END')),
    otlpEndpoint: readHttpUrl('OTEL_EXPORTER_OTLP_ENDPOINT', read('OTEL_EXPORTER_OTLP_ENDPOINT')),
    metrics: read('ETIS_METRICS') === 'on',
    record: Object.freeze({
      keepDays: readDays('ETIS_SPINE_KEEP_DAYS', read('ETIS_SPINE_KEEP_DAYS')),
      unmatchedDays: readDays('ETIS_SPINE_UNMATCHED_DAYS', read('ETIS_SPINE_UNMATCHED_DAYS')),
      digestDays: readDays('ETIS_SPINE_DIGEST_DAYS', read('ETIS_SPINE_DIGEST_DAYS')),
      maxBytes: readBytes('ETIS_SPINE_MAX_BYTES', read('ETIS_SPINE_MAX_BYTES')),
    }),
    auditKeepDays: readDays('ETIS_AUDIT_KEEP_DAYS', read('ETIS_AUDIT_KEEP_DAYS')),
    logLevel,
    production: read('NODE_ENV') === 'production',
  });
}

function readHttpUrl(name: string, text: string | null): string | null {
  if (text !== null && !['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '')) {
    throw configErrors.INVALID(name, `"${text}" is no address such as http://collector.example:4318.`);
  }
  return text;
}

function readRedisUrl(text: string | null): string | null {
  if (text !== null && !['redis:', 'rediss:'].includes(URL.parse(text)?.protocol ?? '')) {
    // Not repeated: it may hold a password.
    throw configErrors.INVALID('ETIS_REDIS_URL', 'it is no address such as redis://user:password@redis.example:6379.');
  }
  return text;
}

function readDays(name: string, text: string | null): number | null {
  if (text === null) return null;
  const days = Number(text);
  if (!/^\d{1,5}$/.test(text) || days < 1) throw configErrors.INVALID(name, `"${text}" is not a whole number of days from 1 to 99999.`);
  return days;
}

const byteUnits: Readonly<Record<string, number>> = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

function readBytes(name: string, text: string | null): number | null {
  if (text === null) return null;
  const [, digits = '', unit = ''] = /^(\d{1,15})\s?([kmgt]b)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (byteUnits[unit.toUpperCase()] ?? 1);
  if (!Number.isSafeInteger(bytes) || bytes < 1e8) {
    throw configErrors.INVALID(name, `"${text}" is no size from 100MB on, such as 50GB or a number of bytes.`);
  }
  return bytes;
}

function readOnLeaseEnd(text: string | null): OnLeaseEnd {
  const choices = ['continue', 'stop-new-work', 'stop'] as const;
  const chosen = choices.find((choice) => choice === (text ?? 'continue'));
  if (chosen === undefined) throw configErrors.INVALID('ETIS_ON_LEASE_END', `it is "${text}"; use one of ${choices.join(', ')}.`);
  return chosen;
}

function readLinkUrls(text: string | null): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '')
    .map((url) => {
      if (URL.parse(url)?.protocol === 'wss:') return url;
      throw configErrors.INVALID('ETIS_LINK_URL', `"${url}" is no address such as wss://platform.example:8443/link.`);
    });
}

function readName(name: string, text: string | null): string | null {
  if (text !== null && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(text)) {
    throw configErrors.INVALID(name, `it is "${text}"; use 1 to 40 characters of a-z, 0-9 and "-".`);
  }
  return text;
}

/** The settings as a person may see them: no password, no key. */
export function redactConfig(config: Config): Record<string, unknown> {
  const hidden = (value: string | null) => (value === null ? null : '[redacted]');
  return {
    ...config,
    databaseUrl: config.databaseUrl === null ? null : withoutPassword(config.databaseUrl),
    redisUrl: config.redisUrl === null ? null : withoutPassword(config.redisUrl),
    masterKey: hidden(config.masterKey),
    linkTokens: hidden(config.linkTokens),
    mail: config.mail === null ? null : { ...config.mail, password: hidden(config.mail.password) },
    whatsapp:
      config.whatsapp === null || typeof config.whatsapp.tokens === 'string'
        ? config.whatsapp
        : { ...config.whatsapp, tokens: Object.fromEntries(Object.keys(config.whatsapp.tokens).map((number) => [number, '[redacted]'])) },
  };
}

function readEnvironmentName(text: string | null): Environment {
  const found = environments.find((name) => name === (text ?? 'live'));
  if (found === undefined) throw configErrors.INVALID('ETIS_ENVIRONMENT', `it is "${text}"; use one of ${environments.join(', ')}.`);
  return found;
}

function readPort(name: string, text: string | null): number | null {
  if (text === null) return null;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw configErrors.INVALID(name, `"${text}" is not a port; use a number from 0 (any free one) to 65535.`);
  }
  return port;
}

function readPlatformUrls(text: string | null): readonly string[] {
  if (text === null) return [];
  const origins = text.split(',').map((part) => {
    const url = URL.parse(part.trim());
    const plain = url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
    if (!plain || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
      throw configErrors.INVALID('ETIS_PLATFORM_URL', 'it is not of the form http://host:port, or several of them separated by commas.');
    }
    return url.origin;
  });
  return Object.freeze([...new Set(origins)]);
}

function readLameduck(text: string | null): number | null {
  if (text === null) return null;
  const seconds = Number(text);
  if (!/^\d{1,2}(\.\d{1,3})?$/.test(text) || seconds > 60) {
    throw configErrors.INVALID('ETIS_LAMEDUCK', `"${text}" is not a number of seconds from 0 to 60.`);
  }
  return seconds * 1_000;
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

function readWhatsApp(settings: {
  tokens: string | null;
  baseUrl: string | null;
  version: string | null;
  absolute: (path: string) => string;
}): WhatsAppConfig | null {
  const { tokens, baseUrl, version } = settings;
  if (tokens === null) return null;
  const url = URL.parse(baseUrl ?? 'https://graph.facebook.com');
  const plain =
    url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.search === '' && url.hash === '';
  if (!plain) throw configErrors.INVALID('ETIS_WHATSAPP_BASE_URL', 'it is not of the form https://graph.facebook.com.');
  if (version !== null && !/^v\d{1,3}\.\d{1,2}$/.test(version)) {
    throw configErrors.INVALID('ETIS_WHATSAPP_VERSION', `"${version}" is not a version such as v23.0.`);
  }
  return {
    baseUrl: url.href.replace(/\/+$/, ''),
    version: version ?? 'v23.0',
    tokens: tokens.startsWith('{') ? parseWhatsAppTokens(tokens) : settings.absolute(tokens),
  };
}

/** Access tokens by phone_number_id, from the JSON text of the setting or of the file that it names. @throws CONFIG_INVALID, which shows no token */
export function parseWhatsAppTokens(json: string): Readonly<Record<string, string>> {
  const refuse = () =>
    configErrors.INVALID(
      'ETIS_WHATSAPP_TOKENS',
      'it is neither a JSON object of access tokens by phone_number_id nor the path of a file with one.',
    );
  let tokens: unknown;
  try {
    tokens = JSON.parse(json);
  } catch {
    // The parser's own words quote the text, which holds secrets.
    throw refuse();
  }
  if (typeof tokens !== 'object' || tokens === null || Array.isArray(tokens)) throw refuse();
  for (const [number, token] of Object.entries(tokens)) {
    if (!/^\d{1,32}$/.test(number) || typeof token !== 'string' || !/^[\x21-\x7e]{1,2000}$/.test(token)) throw refuse();
  }
  return Object.freeze({ ...tokens }) as Readonly<Record<string, string>>;
}

/** Keeps everything but the password, wherever it stands in the address. */
function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = 'redacted';
  if (url.searchParams.has('password')) url.searchParams.set('password', 'redacted');
  return url.href;
}

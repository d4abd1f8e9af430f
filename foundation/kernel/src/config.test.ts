import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig, redactConfig } from './config.ts';

const directory = resolve('/srv/etis');

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig({}, directory)).toEqual({
      home: resolve(directory, '.etis'),
      host: '127.0.0.1',
      port: 8080,
      healthPort: null,
      platformUrls: [],
      lameduckMs: null,
      databaseUrl: null,
      databases: 'each',
      masterKey: null,
      mail: null,
      whatsapp: null,
      documentsPath: null,
      httpAllowPrivate: [],
      environment: 'live',
      installation: 'etis',
      node: null,
      linkPort: null,
      linkHost: '127.0.0.1',
      linkUrls: [],
      linkTokens: null,
      onLeaseEnd: 'continue',
      otlpEndpoint: null,
      metrics: false,
      record: { keepDays: null, unmatchedDays: null, digestDays: null, maxBytes: null },
      auditKeepDays: null,
      logLevel: 'warn',
      production: false,
      redisUrl: null,
    });
  });

  it('takes an empty value for an absent one', () => {
    expect(readConfig({ ETIS_PORT: ' ', DATABASE_URL: '' }, directory)).toEqual(readConfig({}, directory));
  });

  it('reads what is set', () => {
    const config = readConfig(
      {
        ETIS_HOME: '/var/etis',
        ETIS_HOST: '0.0.0.0',
        ETIS_PORT: '0',
        ETIS_DATABASES: 'one',
        DATABASE_URL: 'postgresql://u:p@db:5433/etis',
        ETIS_SMTP_URL: 'smtps://m%40x:p%3A@mail.example',
        ETIS_MAIL_FROM: 'etiS <etis@example.com>',
        NODE_ENV: 'production',
        ETIS_AUDIT_KEEP_DAYS: '730',
      },
      directory,
    );
    expect(config).toMatchObject({ host: '0.0.0.0', port: 0, databases: 'one', production: true, auditKeepDays: 730 });
    expect(config.mail).toEqual({
      host: 'mail.example',
      port: 465,
      secure: true,
      user: 'm@x',
      password: 'p:',
      from: 'etiS <etis@example.com>',
    });
  });

  it.each([
    ['100MB', 1e8],
    ['50GB', 5e10],
    ['2 tb', 2e12],
    ['123456789', 123_456_789],
  ])('reads how large the record may be: %s', (text, maxBytes) => {
    const { record } = readConfig({ ETIS_SPINE_MAX_BYTES: text, ETIS_SPINE_KEEP_DAYS: '30', ETIS_SPINE_UNMATCHED_DAYS: '365' }, directory);
    expect(record).toEqual({ keepDays: 30, unmatchedDays: 365, digestDays: null, maxBytes });
  });

  it('reads how the process is known and governed', () => {
    const config = readConfig(
      {
        ETIS_INSTALLATION: 'north',
        ETIS_NODE: 'router-2',
        ETIS_LINK_PORT: '8443',
        ETIS_LINK_HOST: '0.0.0.0',
        ETIS_LINK_URL: 'wss://a.example:8443/link, wss://b.example/link',
        ETIS_LINK_TOKENS: 'secret',
      },
      directory,
    );
    expect(config).toMatchObject({ installation: 'north', node: 'router-2', linkPort: 8443, linkHost: '0.0.0.0', linkTokens: 'secret' });
    expect(config.linkUrls).toEqual(['wss://a.example:8443/link', 'wss://b.example/link']);
    expect(JSON.stringify(redactConfig(config))).not.toContain('secret');
  });

  it.each([
    { ETIS_INSTALLATION: 'North' },
    { ETIS_NODE: 'node.1' },
    { ETIS_ON_LEASE_END: 'panic' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    { ETIS_LINK_URL: 'https://a.example' },
    { ETIS_LINK_URL: 'a.example:8443' },
    { ETIS_LINK_PORT: '70000' },
    { ETIS_AUDIT_KEEP_DAYS: '0' },
    { ETIS_AUDIT_KEEP_DAYS: 'forever' },
    { ETIS_SPINE_KEEP_DAYS: '0' },
    { ETIS_SPINE_MAX_BYTES: '50' },
    { ETIS_SPINE_MAX_BYTES: '50 GiB' },
    { ETIS_SPINE_MAX_BYTES: '999999999999999TB' },
    { ETIS_SPINE_MAX_BYTES: '-1GB' },
  ])('refuses %j', (environment) => {
    expect(() => readConfig(environment, directory)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('reads where the platform is, and how long to go on for those who have not heard', () => {
    const config = readConfig(
      { ETIS_PLATFORM_URL: 'http://a.example:8081/, https://b.example', ETIS_LAMEDUCK: '2.5', ETIS_HEALTH_PORT: '9000' },
      directory,
    );
    expect(config).toMatchObject({ platformUrls: ['http://a.example:8081', 'https://b.example'], lameduckMs: 2_500, healthPort: 9000 });
  });

  it('reads the numbers of WhatsApp, or where they are written', () => {
    const inline = readConfig({ ETIS_WHATSAPP_TOKENS: '{"106540352242922":"EAAG-x"}' }, directory);
    expect(inline.whatsapp).toEqual({ baseUrl: 'https://graph.facebook.com', version: 'v23.0', tokens: { '106540352242922': 'EAAG-x' } });
    const named = {
      ETIS_WHATSAPP_TOKENS: 'tokens.json',
      ETIS_WHATSAPP_BASE_URL: 'http://127.0.0.1:9/graph/',
      ETIS_WHATSAPP_VERSION: 'v25.0',
    };
    expect(readConfig(named, directory).whatsapp).toEqual({
      baseUrl: 'http://127.0.0.1:9/graph',
      version: 'v25.0',
      tokens: resolve(directory, 'tokens.json'),
    });
  });

  it.each([
    ['ETIS_WHATSAPP_BASE_URL', 'ftp://graph.facebook.com'],
    ['ETIS_WHATSAPP_BASE_URL', 'https://graph.facebook.com?x=1'],
    ['ETIS_WHATSAPP_VERSION', '23'],
    ['ETIS_ENVIRONMENT', 'production'],
  ])('refuses %s=%s once there are numbers', (name, value) => {
    expect(() => readConfig({ ETIS_WHATSAPP_TOKENS: 'tokens.json', [name]: value }, directory)).toThrowError(new RegExp(name));
  });

  it('keeps documents where it was told', () => {
    expect(readConfig({ ETIS_HTTP_ALLOW_PRIVATE: '127.0.0.1:80, 10.0.0.0/8,' }, directory).httpAllowPrivate).toEqual([
      '127.0.0.1:80',
      '10.0.0.0/8',
    ]);
    expect(readConfig({ ETIS_DOCUMENTS_PATH: 'documents' }, directory).documentsPath).toBe(resolve(directory, 'documents'));
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(readConfig({}, directory))).toBe(true);
  });

  it.each([
    ['ETIS_HEALTH_PORT', '0x50'],
    ['ETIS_PLATFORM_URL', 'platform:8080'],
    ['ETIS_PLATFORM_URL', 'http://a.example/api'],
    ['ETIS_PLATFORM_URL', 'http://u:p@a.example'],
    ['ETIS_PLATFORM_URL', 'http://a.example,'],
    ['ETIS_LAMEDUCK', '-1'],
    ['ETIS_LAMEDUCK', '61'],
    ['ETIS_LAMEDUCK', '2s'],
    ['ETIS_WHATSAPP_TOKENS', '{"106540352242922": 1}'],
    ['ETIS_WHATSAPP_TOKENS', '{"Nudge": "token"}'],
    ['ETIS_WHATSAPP_TOKENS', '{"106540352242922": "two words"}'],
    ['ETIS_WHATSAPP_TOKENS', '{"106540352242922": "token"'],
    ['ETIS_PORT', '80a'],
    ['ETIS_PORT', '-1'],
    ['ETIS_PORT', '65536'],
    ['ETIS_PORT', '1e3'],
    ['ETIS_DATABASES', 'two'],
    ['ETIS_REDIS_URL', 'localhost:6379'],
    ['ETIS_REDIS_URL', 'http://localhost'],
    ['ETIS_LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://x'],
    ['DATABASE_URL', 'db.example'],
    ['ETIS_SMTP_URL', 'http://mail'],
  ])('refuses %s=%s in a sentence that names it', (name, value) => {
    expect(() => readConfig({ [name]: value }, directory)).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID', kind: 'setup', message: expect.stringContaining(name) }),
    );
  });

  it('wants a sender once there is a mail server', () => {
    expect(() => readConfig({ ETIS_SMTP_URL: 'smtp://mail' }, directory)).toThrowError(/ETIS_MAIL_FROM/);
  });
});

describe('redactConfig', () => {
  it('shows no password and no key, wherever they stand', () => {
    const secret = fc.stringMatching(/^[A-Z]{12,20}$/);
    fc.assert(
      fc.property(secret, secret, secret, secret, (database, mail, key, token) => {
        const config = readConfig(
          {
            DATABASE_URL: `postgres://u:${database}@h/d?password=${database}`,
            ETIS_SMTP_URL: `smtp://u:${mail}@h`,
            ETIS_MAIL_FROM: 'a@b.example',
            ETIS_MASTER_KEY: key,
            ETIS_REDIS_URL: `rediss://u:${database}@redis.example:6379`,
            ETIS_WHATSAPP_TOKENS: JSON.stringify({ '1065': token }),
          },
          directory,
        );
        const shown = JSON.stringify(redactConfig(config));
        expect(shown).not.toContain(database);
        expect(shown).not.toContain(mail);
        expect(shown).not.toContain(key);
        expect(shown).not.toContain(token);
        expect(shown).toContain('1065');
      }),
    );
  });
});

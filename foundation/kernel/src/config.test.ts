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
      databaseUrl: null,
      databases: 'each',
      masterKey: null,
      mail: null,
      logLevel: 'warn',
      production: false,
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
      },
      directory,
    );
    expect(config).toMatchObject({ host: '0.0.0.0', port: 0, databases: 'one', production: true });
    expect(config.mail).toEqual({
      host: 'mail.example',
      port: 465,
      secure: true,
      user: 'm@x',
      password: 'p:',
      from: 'etiS <etis@example.com>',
    });
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(readConfig({}, directory))).toBe(true);
  });

  it.each([
    ['ETIS_PORT', '80a'],
    ['ETIS_PORT', '-1'],
    ['ETIS_PORT', '65536'],
    ['ETIS_PORT', '1e3'],
    ['ETIS_DATABASES', 'two'],
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
      fc.property(secret, secret, secret, (database, mail, key) => {
        const config = readConfig(
          {
            DATABASE_URL: `postgres://u:${database}@h/d?password=${database}`,
            ETIS_SMTP_URL: `smtp://u:${mail}@h`,
            ETIS_MAIL_FROM: 'a@b.example',
            ETIS_MASTER_KEY: key,
          },
          directory,
        );
        const shown = JSON.stringify(redactConfig(config));
        expect(shown).not.toContain(database);
        expect(shown).not.toContain(mail);
        expect(shown).not.toContain(key);
      }),
    );
  });
});

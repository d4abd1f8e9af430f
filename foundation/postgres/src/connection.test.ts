import { expect, it } from 'vitest';
import { clientConfig } from './connection.ts';

const target = {
  host: 'db',
  port: 5432,
  tls: 'off',
  database: 'etis',
  role: 'etis_app',
  password: 'x',
  applicationName: 'test',
  settings: { search_path: 'spine', lock_timeout: '10000' },
} as const;

it('sends the settings with the login', () => {
  expect(clientConfig(target).options).toBe('-c search_path=spine -c lock_timeout=10000');
});

it('escapes what would end a setting', () => {
  expect(clientConfig({ ...target, settings: { search_path: 'a b\\ -c x=1' } }).options).toBe('-c search_path=a\\ b\\\\\\ -c\\ x=1');
});

it('says for each mode of TLS what is checked, so that the environment decides nothing', () => {
  expect(clientConfig(target).ssl).toBe(false);
  expect(clientConfig({ ...target, tls: 'require' }).ssl).toEqual({ rejectUnauthorized: false });
  expect(clientConfig({ ...target, tls: 'verify-full' }).ssl).toEqual({ rejectUnauthorized: true });
});

import { randomBytes } from 'node:crypto';
import { createSecrets } from '@etis/agent';
import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlDomain } from '../index.ts';
import { createDataKeys } from './data-keys.ts';

const context = testContext();
const masterKey = randomBytes(32);
const place = { tenant: 'acme', table: 't', column: 'c', row: 'r' };
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ domains: [controlDomain] });
  await database.admin('control')("insert into tenant (id, name) values ('acme', 'Acme'), ('beta', 'Beta')");
});
afterAll(() => database.drop());

/** What a process of its own would have: an empty vault under the same master key. */
function process(key: Buffer = masterKey) {
  const vault = createSecrets({ masterKey: key });
  return { vault, dataKeys: createDataKeys({ vault }) };
}

describe('data keys', () => {
  it('are one per owner: who comes second gets the first one', async () => {
    const [one, two] = [process(), process()];
    const create = ({ dataKeys }: typeof one) => database.db('control').platform(context, 'test', (tx) => dataKeys.create(tx, 'acme'));
    const keys = await Promise.all([create(one), create(two), create(one)]);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    for (const key of keys) two.vault.addDataKey(key);
    one.vault.addDataKey(keys[1]);
    expect(two.vault.open(one.vault.seal('x', place), place)).toBe('x');
  });

  it('of a transaction that rolled back are not in use', async () => {
    const { vault, dataKeys } = process();
    const failing = database.db('control').platform(context, 'test', async (tx) => {
      await dataKeys.create(tx, 'beta');
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(() => vault.seal('x', { ...place, tenant: 'beta' })).toThrow(expect.objectContaining({ code: 'AGENT_DATA_KEY_UNKNOWN' }));
  });

  it('are loaded all, or the one that is needed', async () => {
    const db = database.db('control');
    const [writer, all, one] = [process(), process(), process()];
    for (const tenant of ['beta', null]) await db.platform(context, 'test', (tx) => writer.dataKeys.create(tx, tenant));
    expect(await db.platform(context, 'test', all.dataKeys.load)).toEqual(new Set(['acme', 'beta', null]));
    const sealed = all.vault.seal('x', place);
    expect(() => one.vault.open(sealed, place)).toThrow(expect.objectContaining({ code: 'AGENT_SECRET_UNREADABLE' }));
    await db.platform(context, 'test', (tx) => one.dataKeys.use(tx, 'acme'));
    expect(one.vault.open(sealed, place)).toBe('x');
    expect(() => one.vault.seal('x', { ...place, tenant: 'beta' })).toThrow(expect.objectContaining({ code: 'AGENT_DATA_KEY_UNKNOWN' }));
  });

  it('are refused under another master key, and when they were given to another tenant', async () => {
    const db = database.db('control');
    const wrong = expect.objectContaining({ code: 'AGENT_MASTER_KEY_WRONG', kind: 'setup' });
    await expect(db.platform(context, 'test', process(randomBytes(32)).dataKeys.load)).rejects.toEqual(wrong);
    await database.admin('control')(
      "update data_key a set wrapped = b.wrapped from data_key b where a.tenant_id = 'acme' and b.tenant_id = 'beta'",
    );
    await expect(db.platform(context, 'test', process().dataKeys.load)).rejects.toEqual(wrong);
  });

  it('destroyed with their tenant leave nothing that opens', async () => {
    const db = database.db('control');
    const owner = process();
    await db.platform(context, 'test', (tx) => owner.dataKeys.use(tx, 'beta'));
    const sealed = owner.vault.seal('x', { ...place, tenant: 'beta' });
    await database.admin('control')('delete from data_key');
    const later = process();
    await db.platform(context, 'test', later.dataKeys.load);
    expect(() => later.vault.open(sealed, { ...place, tenant: 'beta' })).toThrow(
      expect.objectContaining({ code: 'AGENT_SECRET_UNREADABLE' }),
    );
  });
});

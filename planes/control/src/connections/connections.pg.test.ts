import { connectionSecretBinding } from '@etis/contracts/secrets';
import { eventually, testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlUnderTest, startControl } from '../control-under-test.ts';
import { createRecord } from '../ports-under-test.ts';

const context = testContext();
const start = Date.parse('2026-11-01T00:00:00Z');
let now = start;
let under: ControlUnderTest;

beforeAll(async () => {
  under = await startControl({ clock: { now: () => now } });
  await under.control.tenants.create(context, { id: 'acme', name: 'Acme' });
  await under.control.tenants.create(context, { id: 'beta', name: 'Beta' });
});
afterAll(() => under[Symbol.asyncDispose]());

/** The live secrets in plain text, as whoever verifies a delivery opens them. */
function live(id: string): readonly string[] {
  const connection = under.view().connections.get(id);
  if (connection === undefined) throw new Error(`no connection ${id}`);
  return connection.secrets.map((sealed) => under.vault.open(sealed, connectionSecretBinding(connection)));
}

describe('a connection', () => {
  it('gets a random secret that Autodesk takes, shown once and stored sealed', async () => {
    const { secret } = await under.control.connections.create(context, { id: 'one', source: 'autodesk', tenant: null });
    expect(secret).toMatch(/^[A-Za-z0-9]{48}$/);
    expect(live('one')).toEqual([secret]);
    const everything = await under.database.admin('control')(
      'select (select jsonb_agg(s) from connection_secret s) as secrets, (select jsonb_agg(a) from audit_entry a) as audit',
    );
    expect(JSON.stringify(everything)).not.toContain(secret);
  });

  it("takes the sender's own secret", async () => {
    const own = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(
      await under.control.connections.create(context, { id: 'own', source: 'standard-webhooks', tenant: 'acme', secret: own }),
    ).toEqual({ secret: own, generated: false, handshakeToken: null });
    expect(live('own')).toEqual([own]);
  });

  it('is ensured: twice keeps the secret and changes nothing', async () => {
    const wanted = { id: 'kept', source: 'autodesk', tenant: 'acme' };
    const { secret } = await under.control.connections.ensure(context, wanted);
    const before = await under.version();
    expect(await under.control.connections.ensure(context, wanted)).toEqual({ secret: null });
    expect(await under.version()).toBe(before);
    expect(live('kept')).toEqual([secret]);
    for (const other of [
      { ...wanted, source: 'whatsapp' },
      { ...wanted, tenant: 'beta' },
      { ...wanted, tenant: null },
    ]) {
      await expect(under.control.connections.ensure(context, other)).rejects.toMatchObject({ code: 'CONTROL_CONNECTION_EXISTS' });
    }
  });

  it('gets a secret in the form that its source wants', async () => {
    const { secret } = await under.control.connections.create(context, { id: 'hooks', source: 'standard-webhooks', tenant: 'acme' });
    expect(secret).toMatch(/^whsec_/);
    expect((await under.control.connections.rotate(context, 'hooks')).secret).toMatch(/^whsec_/);
  });

  it('of a source that gives the secret needs it, checks it, and says what to enter there', async () => {
    const wanted = { id: 'phone', source: 'whatsapp', tenant: null };
    const secret = '0123456789abcdef0123456789abcdef';
    for (const given of [{}, { secret: 'this-is-not-a-meta-app-secret' }]) {
      const refused = under.control.connections.create(context, { ...wanted, ...given });
      await expect(refused).rejects.toMatchObject({ code: 'CONTROL_INPUT_INVALID', details: [{ pointer: 'secret' }] });
    }
    expect(await under.control.connections.create(context, { ...wanted, secret })).toEqual({
      secret,
      generated: false,
      handshakeToken: 'token-of-32',
    });
    expect(await under.control.connections.ensure(context, wanted)).toEqual({ secret: null });
    await expect(under.control.connections.rotate(context, 'phone')).rejects.toMatchObject({ code: 'CONTROL_INPUT_INVALID' });
    expect(live('phone')).toEqual([secret]);
  });

  it('of a source that nobody reads is refused with those that are', async () => {
    const refused = under.control.connections.create(context, { id: 'fax', source: 'fax', tenant: null });
    await expect(refused).rejects.toMatchObject({
      details: [{ pointer: 'source', detail: expect.stringContaining('autodesk, whatsapp, standard-webhooks') }],
    });
  });

  it.each([
    [{ id: '' }, 'CONTROL_INPUT_INVALID'],
    [{ id: 'Upper' }, 'CONTROL_INPUT_INVALID'],
    [{ id: '../x' }, 'CONTROL_INPUT_INVALID'],
    [{ id: 'x'.repeat(61) }, 'CONTROL_INPUT_INVALID'],
    [{ source: '' }, 'CONTROL_INPUT_INVALID'],
    [{ tenant: 'platform' }, 'CONTROL_INPUT_INVALID'],
    [{ tenant: 'nobody' }, 'CONTROL_TENANT_UNKNOWN'],
    [{ secret: 'short' }, 'CONTROL_INPUT_INVALID'],
    [{ secret: 'with a space in it, long enough' }, 'CONTROL_INPUT_INVALID'],
    [{ secret: 'x'.repeat(257) }, 'CONTROL_INPUT_INVALID'],
    [{ id: 'one' }, 'CONTROL_CONNECTION_EXISTS'],
  ])('is refused with %j', async (part, code) => {
    const before = await under.version();
    const connection = { id: 'new', source: 'autodesk', tenant: null, ...part };
    await expect(under.control.connections.create(context, connection)).rejects.toMatchObject({ code });
    expect(await under.version()).toBe(before);
  });

  it('is disabled and enabled, each once', async () => {
    const { connections } = under.control;
    await connections.create(context, { id: 'switch', source: 'autodesk', tenant: null });
    await connections.setEnabled(context, 'switch', false);
    expect(under.view().connections.get('switch')?.enabled).toBe(false);
    const before = await under.version();
    await connections.setEnabled(context, 'switch', false);
    expect(await under.version()).toBe(before);
    await connections.setEnabled(context, 'switch', true);
    expect(under.view().connections.get('switch')?.enabled).toBe(true);
    await expect(connections.setEnabled(context, 'nothing', true)).rejects.toMatchObject({ code: 'CONTROL_CONNECTION_UNKNOWN' });
  });
});

describe('a rotation', () => {
  it('leaves two secrets live, newest first, until the older one expires', async () => {
    const { connections } = under.control;
    now = start;
    const first = await connections.create(context, { id: 'turn', source: 'autodesk', tenant: 'beta' });
    now += 1_000;
    const second = await connections.rotate(context, 'turn', { graceMs: 60_000 });
    expect(live('turn')).toEqual([second.secret, first.secret]);
    const { items } = await connections.list(context, { limit: 200 });
    expect(items.find(({ id }) => id === 'turn')?.secrets).toEqual([
      { createdAt: '2026-11-01T00:00:01.000Z', expiresAt: null },
      { createdAt: '2026-11-01T00:00:00.000Z', expiresAt: '2026-11-01T00:01:01.000Z' },
    ]);

    now += 60_000;
    await eventually(() => live('turn').length === 1);
    expect(live('turn')).toEqual([second.secret]);
    const rows = await under.database.admin('control')("select expires_at from connection_secret where connection_id = 'turn'");
    expect(rows).toEqual([{ expires_at: null }]);
  });

  it('never leaves more than two, however often it is done', async () => {
    const { connections } = under.control;
    await connections.create(context, { id: 'often', source: 'autodesk', tenant: null });
    const second = await connections.rotate(context, 'often');
    const third = await connections.rotate(context, 'often');
    expect(live('often')).toEqual([third.secret, second.secret]);
    await Promise.all(Array.from({ length: 5 }, () => connections.rotate(context, 'often')));
    expect(live('often')).toHaveLength(2);
  });

  it('can end the older secret at once', async () => {
    const { connections } = under.control;
    await connections.create(context, { id: 'leaked', source: 'autodesk', tenant: null });
    const { secret } = await connections.rotate(context, 'leaked', { graceMs: 0 });
    expect(live('leaked')).toEqual([secret]);
  });

  it.each([{ graceMs: -1 }, { graceMs: Number.NaN }, { graceMs: 31 * 86_400_000 }, { secret: 'short' }])(
    'is refused with %j',
    async (options) => {
      await expect(under.control.connections.rotate(context, 'one', options)).rejects.toMatchObject({ code: 'CONTROL_INPUT_INVALID' });
    },
  );

  it('is refused for a connection that is not there', async () => {
    await expect(under.control.connections.rotate(context, 'nothing')).rejects.toMatchObject({ code: 'CONTROL_CONNECTION_UNKNOWN' });
  });
});

describe('a sealed secret', () => {
  it('does not open in the row of another connection', async () => {
    const { connections } = under.control;
    await connections.create(context, { id: 'thief', source: 'autodesk', tenant: null });
    await connections.create(context, { id: 'victim', source: 'autodesk', tenant: null });
    await under.database.admin('control')(
      `update connection_secret t set sealed = v.sealed from connection_secret v where t.connection_id = 'thief' and v.connection_id = 'victim'`,
    );
    const version = await under.version();
    await eventually(() => under.view().version >= version);
    expect(() => live('thief')).toThrow(expect.objectContaining({ code: 'AGENT_SECRET_UNREADABLE' }));
    expect(live('victim')).toHaveLength(1);
  });
});

describe('the older secret of a rotation', () => {
  it('can be ended at once, and only while there is one', async () => {
    await under.control.connections.create(context, { id: 'turning', source: 'autodesk', tenant: null });
    const { secret } = await under.control.connections.rotate(context, 'turning');
    expect(live('turning')).toHaveLength(2);
    expect(await under.control.connections.endOlderSecret(context, 'turning')).toBe(true);
    expect(live('turning')).toEqual([secret]);
    const before = await under.version();
    expect(await under.control.connections.endOlderSecret(context, 'turning')).toBe(false);
    expect(await under.version()).toBe(before);
    await expect(under.control.connections.endOlderSecret(context, 'nobody')).rejects.toMatchObject({ code: 'CONTROL_CONNECTION_UNKNOWN' });
  });
});

describe('deleting a connection', () => {
  it('takes one that is disabled and that nothing came through', async () => {
    await under.control.connections.create(context, { id: 'gone', source: 'autodesk', tenant: null });
    await expect(under.control.connections.remove(context, 'gone')).rejects.toMatchObject({ code: 'CONTROL_CONNECTION_ENABLED' });
    await under.control.connections.setEnabled(context, 'gone', false);
    await under.control.connections.remove(context, 'gone');
    expect(under.view().connections.has('gone')).toBe(false);
    await expect(under.control.connections.get(context, 'gone')).rejects.toMatchObject({ code: 'CONTROL_CONNECTION_UNKNOWN' });
    const left = await under.database.admin('control')(`select from connection_secret where connection_id = 'gone'`);
    expect(left).toEqual([]);
  });

  it('is refused while the record holds a delivery of it', async () => {
    const delivery = { id: 'd', connection: 'busy', bytes: 1, receivedAt: '', routed: true, events: 0, unmatched: 0 };
    const { spine } = createRecord({ deliveries: [delivery] });
    await using other = await startControl({ spine });
    await other.control.connections.create(context, { id: 'busy', source: 'autodesk', tenant: null });
    await other.control.connections.setEnabled(context, 'busy', false);
    await expect(other.control.connections.remove(context, 'busy')).rejects.toMatchObject({ code: 'CONTROL_CONNECTION_USED' });
    expect(other.view().connections.has('busy')).toBe(true);
  });
});

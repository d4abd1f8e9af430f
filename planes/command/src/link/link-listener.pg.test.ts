import type { ConnectionOptions } from 'node:tls';
import { createSigningKey, dialLink, enrol, joinWires, readEnrolmentToken } from '@etis/agent';
import { eventually, testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { CommandPlane } from '../command-plane.ts';
import { createLinkAuthority } from '../keys/link-certificate.ts';
import { governed, type PlaneStand, routing, startStand } from './plane-under-test.ts';

let stand: PlaneStand;
let plane: CommandPlane;
beforeEach(async () => {
  stand = await startStand();
  plane = await stand.plane({ listen: { host: '127.0.0.1', port: 0, urls: [] } });
  plane.feed.publish(governed(1, { acme: 'nudge-standard' }));
});
afterEach(() => stand[Symbol.asyncDispose]());

const context = testContext({ actor: { kind: 'operator', id: 'ada' } });

async function invited(id = 'router.away') {
  const { token } = await plane.fleet.invite(context, { identity: routing(id), validMs: 60_000 });
  const read = readEnrolmentToken(token);
  const url = read.url.replace(/\/\/[^:]+:/, '//127.0.0.1:');
  return { token: read, url, connect: dialLink({ urls: [url], authority: read.authority }) };
}

describe('over TLS', () => {
  it('a stranger enrols by a token, once, and is governed from then on', async () => {
    const { token, connect } = await invited();
    const key = createSigningKey();
    await enrol({ token, key, connect });
    await enrol({ token, key, connect });
    await expect(enrol({ token, key: createSigningKey(), connect })).rejects.toMatchObject({ code: 'AGENT_ENROLMENT_REFUSED' });
    const router = await stand.subscribe(plane, routing('router.away'), { key, connect });
    await router.subscriber.governed;
    expect([...router.view().tenants.keys()]).toEqual(['acme']);
    const { directive } = await plane.directives.order(context, { verb: 'kill', scope: {}, reason: 'tried over TLS' });
    await eventually(() => router.directives.verdict({})?.directives.includes(directive.id));
    await eventually(async () =>
      (await plane.directives.report(context, directive.id)).receipts.every(({ receipt }) => receipt?.outcome === 'applied'),
    );
    expect(await eventually(() => router.subscriber.telemetry.send({ sequence: 1, reports: [] }))).toBe(true);
    expect(stand.taken).toMatchObject([{ subscriber: 'router.away', message: { type: 'telemetry' } }]);
  });

  it('comes back by itself after the platform was away', async () => {
    const { token, connect } = await invited();
    const key = createSigningKey();
    await enrol({ token, key, connect });
    const router = await stand.subscribe(plane, routing('router.away'), { key, connect });
    await router.subscriber.governed;
    const port = Number(new URL(token.url).port);
    await plane.stop();
    const again = await stand.plane({ listen: { host: '127.0.0.1', port, urls: [] } });
    again.feed.publish(governed(2, { acme: 'nudge-standard', birch: 'nudge-standard' }));
    await eventually(() => router.view().tenants.size === 2, { timeoutMs: 15_000 });
  });

  it('only the pinned authority is believed, whoever answers', async () => {
    const { url } = await invited();
    const foreign = createLinkAuthority({ now: Date.now(), validMs: 86_400_000 });
    const connect = dialLink({ urls: [url], authority: foreign.certificate });
    await expect(connect('command', 'n'.repeat(24))).rejects.toMatchObject({ code: 'AGENT_LINK_REFUSED' });
    expect(() => dialLink({ urls: ['ws://127.0.0.1:1/link'], authority: '' })).toThrow(
      expect.objectContaining({ code: 'AGENT_LINK_REFUSED' }),
    );
    await expect(
      dialLink({ urls: ['wss://127.0.0.1:1/link'], authority: foreign.certificate })('data', 'n'.repeat(24)),
    ).rejects.toMatchObject({
      code: 'AGENT_LINK_REFUSED',
    });
  });

  it.each([
    ['/', '?nonce=nnnnnnnnnnnnnnnnnnnnnnnn'],
    ['/link', ''],
    ['/link', '?nonce=short'],
    ['/link', `?nonce=${'n'.repeat(65)}`],
  ])('nothing else is served: %s%s', async (path, query) => {
    const { url, token } = await invited();
    const options: ClientOptions & ConnectionOptions = { ca: token.authority, servername: 'etis-link' };
    const socket = new WebSocket(`wss://${new URL(url).host}${path}${query}`, options);
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(error.message).toContain('404');
  });

  it('a message that is too long ends the connection', async () => {
    const { connect } = await invited();
    const wire = await connect('command', 'n'.repeat(24));
    const ends: string[] = [];
    wire.onClose((reason) => ends.push(reason));
    wire.onMessage(() => undefined);
    wire.send('x'.repeat(17 * 1024 * 1024));
    await eventually(() => ends.length === 1);
  });
});

describe('a token', () => {
  it.each(['', 'nonsense', Buffer.from('{}').toString('base64url'), Buffer.from('{"url":"wss://x"}').toString('base64url')])(
    'that is not whole is refused: %j',
    (text) => expect(() => readEnrolmentToken(text)).toThrow(expect.objectContaining({ code: 'AGENT_LINK_REFUSED' })),
  );

  it('is given to nobody where there is no link to use it on', async () => {
    const closed = await stand.plane();
    await expect(closed.fleet.invite(context, { identity: routing('router.x'), validMs: 60_000 })).rejects.toMatchObject({
      code: 'COMMAND_LINK_CLOSED',
    });
  });

  it('is not spent on somebody who is not the platform', async () => {
    const { token } = await invited();
    const said: string[] = [];
    const connect = async () => {
      const [theirs, ours] = joinWires();
      ours.onMessage((text) => said.push(text));
      ours.send(
        JSON.stringify({
          type: 'challenge',
          protocol: 1,
          installation: token.installation,
          nonce: 'x',
          certificates: [],
          proof: { payload: '{"now":"2026-01-01T00:00:00Z"}', keyId: 'x', signature: '' },
        }),
      );
      return theirs;
    };
    await expect(enrol({ token, key: createSigningKey(), connect })).rejects.toMatchObject({ code: 'AGENT_KEY_UNKNOWN' });
    expect(said).toEqual([]);
  });
});

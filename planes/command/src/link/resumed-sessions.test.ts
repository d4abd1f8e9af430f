import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { dialLink } from '@etis/agent';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createLinkAuthority, createLinkCertificate } from '../keys/link-certificate.ts';

const dayMs = 86_400_000;
const authority = createLinkAuthority({ now: Date.now(), validMs: dayMs });
let server: Server;
let resumed: boolean[];
let url: string;

async function listen(by = authority): Promise<void> {
  const { certificate, privateKey } = createLinkCertificate(by, { now: Date.now(), validMs: dayMs });
  server = createServer({ cert: certificate, key: privateKey, minVersion: 'TLSv1.3' });
  server.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data.toString())));
  await new Promise<void>((resolve) => server.listen(url === '' ? 0 : Number(new URL(url).port), '127.0.0.1', resolve));
  url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/link`;
}

async function end(): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

beforeEach(async () => {
  resumed = [];
  url = '';
  await listen();
});
afterEach(end);

/** One connection on which something was said and answered, so that the session has been told. */
async function speak(connect: ReturnType<typeof dialLink>): Promise<void> {
  const wire = await connect('command', 'n'.repeat(24));
  const heard: string[] = [];
  wire.onMessage((text) => heard.push(text));
  wire.send('hello');
  await eventually(() => heard.length === 1);
  wire.close('done');
}

describe('the connection after the first', () => {
  it('resumes the session of the one before, and another subscriber begins its own', async () => {
    const connect = dialLink({ urls: [url], authority: authority.certificate });
    for (let index = 0; index < 3; index += 1) await speak(connect);
    await speak(dialLink({ urls: [url], authority: authority.certificate }));
    expect(resumed).toEqual([false, true, true, false]);
  });

  it('begins anew at a process that does not know the session', async () => {
    const connect = dialLink({ urls: [url], authority: authority.certificate });
    await speak(connect);
    await end();
    await listen();
    await speak(connect);
    expect(resumed).toEqual([false, false]);
  });

  it('believes nobody whom the pinned authority did not certify, whatever session it has', async () => {
    const connect = dialLink({ urls: [url], authority: authority.certificate });
    await speak(connect);
    await end();
    await listen(createLinkAuthority({ now: Date.now(), validMs: dayMs }));
    await expect(connect('command', 'n'.repeat(24))).rejects.toMatchObject({ code: 'AGENT_LINK_REFUSED' });
  });
});

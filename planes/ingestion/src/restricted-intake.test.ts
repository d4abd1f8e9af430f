import { createHmac } from 'node:crypto';
import type { Directives, DirectiveTarget, RestrictingVerb } from '@etis/contracts/directives';
import { afterEach, describe, expect, test } from 'vitest';
import { type IngestionStand, startIngestion } from './ingestion-stand.ts';

const secret = 'the-secret-of-autodesk';

/** Restricts what a test says, when it says so. */
function directivesUnderTest() {
  const asked: DirectiveTarget[] = [];
  const state: { verb: RestrictingVerb | null } = { verb: null };
  const directives: Directives = {
    verdict(target) {
      asked.push(target);
      return state.verb === null ? null : { verb: state.verb, directives: ['d'], reason: 'a test', rate: null, since: 0 };
    },
    inForce: () => [],
    subscribe: () => () => undefined,
  };
  return { directives, asked, state };
}

let stand: IngestionStand;
const under = directivesUnderTest();

async function start(restrictedBytes?: number): Promise<void> {
  under.state.verb = null;
  stand = await startIngestion({
    secrets: { autodesk: [secret], 'standard-webhooks': [] },
    directives: under.directives,
    ...(restrictedBytes === undefined ? {} : { restrictedBytes }),
  });
}

afterEach(() => stand.close());

let serial = 0;
function deliver(bytes: number, body = ''): ReturnType<IngestionStand['ask']> {
  serial += 1;
  const text = body === '' ? `${serial}`.padEnd(bytes, '.') : body;
  const signature = `sha1hash=${createHmac('sha1', secret).update(text).digest('hex')}`;
  return stand.ask({ method: 'POST', path: '/hooks/autodesk', headers: { 'x-adsk-signature': signature }, body: text });
}

describe('a delivery under a directive', () => {
  test.each<RestrictingVerb>(['kill', 'pause', 'drain', 'throttle'])('is accepted under a %s while its bytes fit', async (verb) => {
    await start(1_000);
    under.state.verb = verb;
    expect([(await deliver(600)).status, (await deliver(400)).status]).toEqual([202, 202]);
    const full = await deliver(1);
    expect([full.status, full.headers['retry-after']]).toEqual([503, '60']);
    expect(JSON.parse(full.text)).toMatchObject({ code: 'INGESTION_INTAKE_FULL' });
    expect(stand.inbox.kept).toHaveLength(2);
    expect(stand.ingestion.counters().notKept).toBe(1);
  });

  test('may bring 64 MiB unless told otherwise', async () => {
    await start();
    under.state.verb = 'kill';
    for (let index = 0; index < 64; index += 1) expect((await deliver(1 << 20)).status).toBe(202);
    expect((await deliver(1)).status).toBe(503);
  });

  test('is told apart by its connection, and by its tenant where it has one', async () => {
    await start(1_000);
    await deliver(10);
    expect(under.asked.at(-1)).toEqual({ connection: 'autodesk' });
  });

  test('is not counted when it came before', async () => {
    await start(1_000);
    under.state.verb = 'pause';
    const body = 'x'.repeat(300);
    for (let index = 0; index < 5; index += 1) expect((await deliver(0, body)).status).toBe(202);
    expect((await deliver(700)).status).toBe(202);
  });

  test('is not counted when it could not be kept', async () => {
    await start(1_000);
    under.state.verb = 'pause';
    stand.inbox.fail = () => Promise.reject(new Error('the database is away'));
    for (let index = 0; index < 5; index += 1) expect((await deliver(900)).status).toBe(503);
    stand.inbox.fail = undefined;
    expect((await deliver(900)).status).toBe(202);
  });

  test('finds all the room again once nothing restricts it', async () => {
    await start(1_000);
    under.state.verb = 'pause';
    await deliver(1_000);
    expect((await deliver(1)).status).toBe(503);
    under.state.verb = null;
    expect([(await deliver(5_000)).status, (await deliver(5_000)).status]).toEqual([202, 202]);
    under.state.verb = 'kill';
    expect((await deliver(1_000)).status).toBe(202);
  });

  test('is refused for its signature first: nobody uses up the room of another', async () => {
    await start(1_000);
    under.state.verb = 'pause';
    for (let index = 0; index < 5; index += 1) {
      const answer = await stand.ask({
        method: 'POST',
        path: '/hooks/autodesk',
        headers: { 'x-adsk-signature': 'sha1hash=00' },
        body: 'y'.repeat(900),
      });
      expect(answer.status).toBe(401);
    }
    expect((await deliver(900)).status).toBe(202);
  });
});

import { createHmac } from 'node:crypto';
import type { Meter } from '@etis/contracts/telemetry';
import { expect, test } from 'vitest';
import { startIngestion } from './ingestion-stand.ts';

const secret = 'the-secret-of-autodesk';

test('only what is signed right is told, with how long it took and whether it could be kept', async () => {
  const told: Parameters<Meter['work']>[0][] = [];
  const meter: Meter = { work: (done) => void told.push(done), watchQueues: () => undefined };
  const stand = await startIngestion({ secrets: { autodesk: [secret] }, meter });
  const deliver = (body: string, key = secret) =>
    stand.ask({
      method: 'POST',
      path: '/hooks/autodesk',
      headers: { 'x-adsk-signature': `sha1hash=${createHmac('sha1', key).update(body).digest('hex')}` },
      body,
    });
  expect((await deliver('one')).status).toBe(202);
  expect((await deliver('forged', 'another')).status).toBe(401);
  await stand.close();
  expect(told).toEqual([{ work: 'accept', tenant: null, ms: expect.any(Number), failed: false, traces: [expect.any(String)] }]);
});

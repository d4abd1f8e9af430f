import { createHmac } from 'node:crypto';
import { createGuard } from '@etis/agent';
import type { GovernanceView } from '@etis/contracts/governance';
import { createEdge } from '@etis/edge';
import { createIngestion } from '@etis/ingestion';
import { silentLog, supervise, systemClock } from '@etis/kernel';
import { createInbox, spineDomain } from '@etis/spine';
import { createTestDatabase } from '@etis/testing';
import { expect, it } from 'vitest';

const secret = 'c2VjcmV0IG9mIGEgdGVzdCB0aGF0IGlzIGxvbmcgZW5vdWdo';
const view: GovernanceView = {
  version: 1,
  tenants: new Map(),
  clusters: new Map(),
  placements: [],
  connections: new Map([['hook', { id: 'hook', source: 'standard-webhooks', tenant: null, enabled: true, secrets: ['sealed'] }]]),
  resolver: [],
  subscriptions: [],
  configuration: new Map(),
};

it('is 503 with Retry-After for a sender that signs right, with nothing kept, and 202 for the same once there is room', async () => {
  const database = await createTestDatabase({ domains: [spineDomain] });
  const db = database.db('spine');
  const inbox = createInbox({ db, log: silentLog });
  const governance = { current: () => view, subscribe: () => () => undefined };
  const ingestion = createIngestion({ inbox, governance, secrets: { open: () => `whsec_${secret}` }, log: silentLog, clock: systemClock });
  const edge = createEdge({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [ingestion.routes],
    ready: async () => [],
    guard: createGuard({ operatorTokenHash: () => null }),
    log: silentLog,
  });
  const service = supervise('ingestion', [inbox, ingestion.service, edge], silentLog);
  await service.start();
  const body = '{"type":"thing.added"}';
  const at = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', Buffer.from(secret, 'base64')).update(`msg_1.${at}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': at,
    'webhook-signature': `v1,${signature}`,
  };
  const post = () => fetch(`${edge.address()}/hooks/hook`, { method: 'POST', body, headers });
  const kept = async () => (await db.statement('select from inbox union all select from digest')).length;

  await db.statement('update record_bound set bytes = 2, bound = 1');
  const refused = await post();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await refused.json()).toMatchObject({ code: 'INGESTION_INBOX_UNAVAILABLE' });
  expect(await kept()).toBe(0);
  await db.statement('update record_bound set bytes = 0');
  expect((await post()).status).toBe(202);
  expect(await kept()).toBe(2);
  await service.stop();
  await database.drop();
});

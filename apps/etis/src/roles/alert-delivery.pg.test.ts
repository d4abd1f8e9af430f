import type { Alert } from '@etis/contracts/command';
import { silentLog, supervise } from '@etis/kernel';
import { createSpine, spineDomain } from '@etis/spine';
import { createTestDatabase, eventually } from '@etis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { alertDelivery } from './alert-delivery.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
});
afterAll(() => database.drop());

const alert: Alert = {
  ...{ id: 'edge.node-1/silent', rule: 'subscriber-silent', subject: 'edge.node-1', severity: 'critical', text: 'It says nothing.' },
  ...{ raisedAt: '2026-11-02T09:30:00.000Z', clearedAt: null },
};
const raised = {
  id: `${alert.id}/raised`,
  type: 'platform.alert.raised',
  subject: alert.subject,
  time: alert.raisedAt,
  data: alert,
} as const;

it('is an event of the platform about itself: once, in no lane, and found like every other', async () => {
  const view = {
    version: 1,
    tenants: new Map(),
    clusters: new Map(),
    placements: [],
    connections: new Map(),
    resolver: [],
    subscriptions: [],
    configuration: new Map(),
  };
  const spine = createSpine({
    db: database.db('spine'),
    governance: { current: () => view, subscribe: () => () => undefined },
    adapters: new Map(),
    transport: { deliver: () => Promise.reject(new Error('nobody is placed for the platform')) },
    log: silentLog,
  });
  const service = supervise('spine', spine.services(['inbox', 'router']), silentLog);
  await service.start();
  for (const handedOn of [raised, raised]) await spine.inbox.append(alertDelivery(handedOn));
  const { id } = alertDelivery(raised);
  const event = await eventually(() => spine.lookups.event(id));
  expect(event).toMatchObject({ type: 'platform.alert.raised', tenant: 'platform', subject: alert.subject, data: alert });
  const flow = await spine.queries.flow(id);
  expect(flow?.steps.map(({ step }) => step)).toEqual(['accepted', 'normalised', 'resolved']);
  expect((await spine.queries.unmatched({ limit: 10 })).items).toEqual([]);
  await service.stop();
});

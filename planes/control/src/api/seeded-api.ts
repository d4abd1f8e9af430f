import { testContext } from '@etis/testing';
import type { ControlOptions } from '../index.ts';
import type { RecordState } from '../ports-under-test.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import {
  exampleChangeId,
  exampleFlag,
  exampleParameter,
  examplePlace,
  exampleReason,
  exampleRule,
} from './configuration/configuration-examples.ts';

const at = '2026-11-02T09:30:00.000Z';
const tenant = 'arbor-construction';
const deliveryId = '019a4c1e-7d52-7c3a-9a41-5f0e6b2d8c10';
const eventId = '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71';
const replayId = '019a4c1e-8a10-7d31-9f00-2b7c6d5e4f31';
const jobId = '019a4c1e-7e01-7a55-8c12-6b7d8e9fa0b1';
const deadLetterId = 'arbor-construction/nudge:42';

const schedule = {
  id: 'weekly-digest',
  tenant,
  kind: 'email',
  payload: { to: ['documents@arbor-construction.example'] },
  cron: '0 7 * * 1',
  timeZone: 'Europe/Berlin',
  missed: 'once' as const,
  enabled: true,
  nextAt: '2026-11-09T06:00:00.000Z',
  lastAt: null,
};

/** The record that the examples of the document are about. */
export function exampleRecord(): RecordState {
  const event = {
    id: eventId,
    flow: deliveryId,
    type: 'document.version.added',
    source: 'autodesk',
    subject: null,
    tenant,
    project: 'riverside-school',
    time: at,
    acceptedAt: at,
    region: 'EMEA',
    cause: null,
    replayOf: null,
    hop: 0,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    data: { name: 'Level 3.dwg' },
  };
  const job = {
    id: jobId,
    kind: 'email',
    tenant,
    state: 'ready' as const,
    priority: 0,
    attempts: 0,
    maxAttempts: 5,
    progress: { done: 0.5, note: 'half' },
    error: null,
    flow: deliveryId,
    createdAt: at,
    dueAt: at,
    updatedAt: at,
    cause: null,
    payload: schedule.payload,
    result: null,
  };
  return {
    events: [event],
    flows: [{ id: deliveryId, settled: true, steps: [{ step: 'accepted', at, delivery: deliveryId, connection: 'autodesk', bytes: 812 }] }],
    deliveries: [{ id: deliveryId, connection: 'autodesk', bytes: 812, receivedAt: at, routed: true, events: 1, unmatched: 0 }],
    unmatched: [{ delivery: deliveryId, connection: 'autodesk', reason: 'unresolved', detail: 'no entry', at }],
    deadLetters: [
      {
        kind: 'entry',
        id: deadLetterId,
        tenant,
        where: 'arbor-construction/nudge',
        event: eventId,
        attempts: 5,
        error: 'no recipient',
        at,
      },
    ],
    replays: [
      {
        id: replayId,
        state: 'running',
        selection: { from: at, tenant },
        target: { product: 'nudge' },
        reason: 'wrong rules',
        perSecond: 1_000,
        progress: 0.5,
        replayed: 12,
        unplaced: 0,
        startedAt: at,
        endedAt: null,
        error: null,
      },
    ],
    eventRouting: { transport: 'direct', changedAt: '2026-01-01T00:00:00.000Z', settled: true, dispatchers: [] },
    lanes: [
      {
        lane: 'arbor-construction/nudge',
        tenant,
        product: 'nudge',
        waiting: 0,
        parked: 0,
        deadLetters: 1,
        cluster: 'nudge-standard',
        heldBy: null,
        trouble: null,
      },
    ],
    jobs: [job],
    schedules: [schedule, { ...schedule, id: 'nightly-report' }],
    sent: [
      {
        job: jobId,
        tenant,
        channel: 'email',
        recipient: 'documents@arbor-construction.example',
        state: 'sent',
        attempt: 1,
        messageId: '<1@etis.example>',
        response: null,
        begunAt: at,
        endedAt: null,
      },
    ],
  };
}

/** The API with what the examples of the document are about. */
export async function startSeededApi(options: Partial<ControlOptions> = {}): Promise<ApiUnderTest> {
  const api = await startApi({ state: exampleRecord(), ...options });
  const { tenants, placements, resolver, connections } = api.control;
  const context = testContext();
  const arbor = testContext({ tenant });
  await tenants.create(context, { id: tenant, name: 'Arbor Construction' });
  await tenants.create(context, { id: 'castellan-towers', name: 'Castellan Towers' });
  await tenants.create(context, { id: 'quarry-works', name: 'Quarry Works' });
  await tenants.update(context, 'quarry-works', { status: 'suspended' });
  await placements.ensure(arbor, { product: 'nudge', cluster: 'nudge-standard' });
  await placements.ensure(testContext({ tenant: 'castellan-towers' }), { product: 'nudge', cluster: 'nudge-enterprise' });
  const place = { system: 'autodesk', region: 'EMEA', product: null };
  await resolver.ensure(arbor, {
    ...place,
    kind: 'project',
    externalId: '6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901',
    project: 'riverside-school',
  });
  await resolver.ensure(arbor, { ...place, kind: 'hub', externalId: 'b.0b9e7f34', project: null });
  for (const id of ['autodesk', 'autodesk-retired']) await connections.create(context, { id, source: 'autodesk', tenant: null });
  await connections.setEnabled(context, 'autodesk-retired', false);
  await seedConfiguration(api);
  return api;
}

async function seedConfiguration({ control, database }: ApiUnderTest): Promise<void> {
  const { parameters, flags } = control.configuration;
  const context = testContext();
  const { key } = exampleParameter;
  const reason = exampleReason;
  await parameters.set(context, key, { place: { level: 'tier', tier: 'enterprise' }, value: 40, reason });
  const { change } = await parameters.set(context, key, { place: examplePlace, value: 5, reason });
  await flags.change(context, exampleFlag.key, { rules: [exampleRule], reason });
  await database.admin('control')('update configuration_change set id = $2 where id = $1', [change, exampleChangeId]);
}

import { testContext } from '@etis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { exampleFlag, exampleParameter, examplePlace, exampleReason } from './configuration/configuration-examples.ts';
import { exampleRequest, operationsOf, send } from './openapi/document-under-test.ts';
import { openapiDocument } from './openapi/openapi-document.ts';
import { described } from './platform-api.ts';
import { exampleRecord, startSeededApi } from './seeded-api.ts';

const writes = operationsOf(await openapiDocument(described)).filter(
  ({ method, permission }) => method !== 'GET' && !permission.endsWith('.read'),
);
let api: ApiUnderTest;
beforeAll(async () => {
  api = await startSeededApi();
});
afterAll(() => api[Symbol.asyncDispose]());

/** The action that each write leaves, and of which tenant; `port` and `desk` where another plane audits what it is handed with the actor. */
const trails: Readonly<
  Record<string, readonly [action: string, target: string, tenant: string | null] | { port: string } | { desk: string }>
> = {
  createTenant: ['tenant.create', 'tenant/meridian-rail', null],
  updateTenant: ['tenant.rename', 'tenant/arbor-construction', null],
  eraseTenant: ['tenant.erase', 'tenant/quarry-works', null],
  putPlacement: ['placement.create', 'placement/arbor-construction/pulse', 'arbor-construction'],
  deletePlacement: ['placement.remove', 'placement/castellan-towers/nudge', 'castellan-towers'],
  putResolverEntry: ['resolver.change', 'resolver/autodesk/project/6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901', 'arbor-construction'],
  deleteResolverEntry: ['resolver.remove', 'resolver/autodesk/hub/b.0b9e7f34', 'arbor-construction'],
  createConnection: ['connection.create', 'connection/autodesk-emea', null],
  updateConnection: ['connection.disable', 'connection/autodesk', null],
  rotateConnectionSecret: ['connection.rotate', 'connection/autodesk', null],
  endOlderConnectionSecret: ['connection.end-secret', 'connection/autodesk', null],
  deleteConnection: ['connection.delete', 'connection/autodesk-retired', null],
  mapUnmatched: ['resolver.map', 'resolver/autodesk/project/b.7a1d', 'arbor-construction'],
  replayUnmatched: { port: 'replayUnmatched' },
  replayManyUnmatched: { port: 'replayAllUnmatched' },
  redriveDeadLetter: { port: 'redrive' },
  redriveDeadLetters: { port: 'redriveAll' },
  discardDeadLetter: { port: 'discard' },
  discardUnmatched: { port: 'discardUnmatched' },
  discardManyUnmatched: { port: 'discardAllUnmatched' },
  startReplay: { port: 'startReplay' },
  cancelReplay: { port: 'cancelReplay' },
  detachLane: { port: 'detachLane' },
  chooseEventRouting: { port: 'chooseEventRouting' },
  cancelJob: { port: 'cancelJob' },
  putSchedule: ['schedule.set', 'schedule/arbor-construction/weekly-digest', 'arbor-construction'],
  setParameter: ['parameter.set', 'parameter/nudge.reply.daily-limit', 'arbor-construction'],
  unsetParameter: ['parameter.unset', 'parameter/nudge.reply.daily-limit', null],
  putFlag: ['flag.change', 'flag/nudge.subject.project', null],
  enableFlag: ['flag.enable', 'flag/nudge.subject.project', null],
  disableFlag: ['flag.disable', 'flag/nudge.subject.project', null],
  rollBackConfigurationChange: ['configuration.rollback', 'parameter/nudge.reply.daily-limit', 'arbor-construction'],
  orderDirective: { desk: 'order' },
  resumeDirectives: { desk: 'resume' },
  inviteSubscriber: { desk: 'invite' },
  revokeSubscriber: { desk: 'revoke' },
  rotateKey: { desk: 'rotate' },
  recoverPlatform: { desk: 'recover' },
  certifyOperator: { desk: 'certifyOperator' },
  revokeKey: { desk: 'revokeKey' },
  deleteSchedule: ['schedule.remove', 'schedule/arbor-construction/nightly-report', 'arbor-construction'],
};

/** Before the example, so that it changes something. */
const preparations: Readonly<Record<string, () => Promise<unknown>>> = {
  updateConnection: () => api.ask('PATCH', '/connections/autodesk', { body: { enabled: true } }),
  putResolverEntry: () =>
    api.ask(
      'PUT',
      '/tenants/arbor-construction/resolver-entry?system=autodesk&kind=project&externalId=6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901',
      {
        body: { project: 'before' },
      },
    ),
  setParameter: () =>
    api.control.configuration.parameters.set(testContext(), exampleParameter.key, { place: examplePlace, value: 6, reason: exampleReason }),
  putFlag: () => api.control.configuration.flags.change(testContext(), exampleFlag.key, { rules: [], reason: exampleReason }),
  enableFlag: () => api.control.configuration.flags.change(testContext(), exampleFlag.key, { enabled: false, reason: exampleReason }),
};
const bodies: Readonly<Record<string, unknown>> = {
  updateConnection: { enabled: false },
  rollBackConfigurationChange: { reason: 'It was changed again since.', force: true },
};

describe('every write', () => {
  it('stands in the table of trails', () => {
    expect(writes.map(({ id }) => id).sort()).toEqual(Object.keys(trails).sort());
  });

  it.each(writes.map((operation) => [operation.id, operation] as const))('%s leaves who did it', async (id, operation) => {
    Object.assign(api.record.state, exampleRecord());
    await preparations[id]?.();
    const before = (await api.audited()).length;
    api.record.asked.length = 0;
    const values = exampleRequest(operation);
    const answer = await send(api, operation, { ...values, body: bodies[id] ?? values.body });
    expect(answer.status, answer.text).toBeLessThan(300);
    const left = (await api.audited()).slice(before);
    const trail = trails[id];
    if (trail !== undefined && 'desk' in trail) {
      const orders = api.desks.asked.filter(({ method }) => method === trail.desk);
      expect([left, orders]).toEqual([[], [expect.objectContaining({ by: 'operator' })]]);
      return;
    }
    if (trail === undefined || 'port' in trail) {
      expect(left).toEqual([]);
      const handed = api.record.asked.find(({ method }) => method === trail?.port);
      return expect(handed?.request).toEqual(expect.arrayContaining(['operator']));
    }
    const [action, target, tenant_id] = trail;
    expect(left).toEqual([{ action, target, tenant_id, actor_id: 'operator' }]);
  });
});

describe('a write that cannot be', () => {
  it.each([
    ['POST', '/tenants', { id: 'platform', name: 'x' }, 400, '/id'],
    ['POST', '/tenants', { id: 'fresh', name: ' spaced ' }, 400, '/name'],
    ['POST', '/tenants', { name: 'x', id: 'fresh', extra: 1 }, 400, '/extra'],
    ['POST', '/tenants', {}, 400, '/id'],
    ['PATCH', '/tenants/arbor-construction', {}, 400, ''],
    ['PATCH', '/tenants/arbor-construction', { status: 'gone' }, 400, '/status'],
    ['POST', '/tenants/arbor-construction/erase', { reason: 'It is active.' }, 409, null],
    ['POST', '/tenants/nobody/erase', { reason: 'It is not there.' }, 404, null],
    ['POST', '/tenants/arbor-construction/erase', {}, 400, '/reason'],
    ['PUT', '/tenants/castellan-towers/placements/pulse', { cluster: 'nowhere' }, 400, '/cluster'],
    ['PUT', '/tenants/castellan-towers/placements/pulse', { cluster: 'nudge-standard' }, 400, '/cluster'],
    ['PUT', '/tenants/nobody/placements/pulse', { cluster: 'pulse-standard' }, 404, null],
    ['PUT', '/tenants/arbor-construction/placements/nudge', { cluster: 'nudge-enterprise' }, 409, null],
    ['POST', '/connections', { id: 'x', source: 'fax' }, 400, '/source'],
    ['POST', '/connections', { id: 'x', source: 'whatsapp' }, 400, '/secret'],
    ['POST', '/connections', { id: 'x', source: 'autodesk', tenant: 'nobody' }, 404, null],
    ['POST', '/connections/nobody/rotate', {}, 404, null],
    ['POST', '/connections/autodesk/rotate', { graceSeconds: 2_592_001 }, 400, '/graceSeconds'],
    ['PUT', '/tenants/arbor-construction/schedules/x', { kind: 'email', payload: {}, cron: 'never', timeZone: 'UTC' }, 400, ''],
    [
      'PUT',
      '/tenants/arbor-construction/schedules/x',
      { kind: 'email', payload: ['\u0000'], cron: '0 7 * * 1', timeZone: 'UTC' },
      400,
      '/payload',
    ],
    ['PUT', '/tenants/nobody/schedules/x', { kind: 'email', payload: {}, cron: '0 7 * * 1', timeZone: 'UTC' }, 404, null],
    ['DELETE', '/tenants/arbor-construction/schedules/none', undefined, 404, null],
    ['DELETE', '/tenants/arbor-construction/placements/none', undefined, 404, null],
    ['POST', '/dead-letters/arbor-construction%2Fnudge%3A1/redrive', undefined, 404, null],
    ['POST', '/dead-letters/redrive', { limit: 1_001 }, 400, '/limit'],
    ['POST', '/lanes/nobody%2Fnudge/detach', { reason: 'gone' }, 404, null],
    ['POST', '/lanes/nudge/detach', { reason: 'gone' }, 400, 'lane'],
    ['POST', '/unmatched/019a4c1e-0000-7000-8000-000000000000/replay', undefined, 404, null],
    ['POST', '/jobs/019a4c1e-0000-7000-8000-000000000000/cancel', undefined, 404, null],
    ['DELETE', '/connections/autodesk', undefined, 409, null],
  ])('%s %s %j is answered %i, and changes nothing', async (method, path, body, status, pointer) => {
    Object.assign(api.record.state, exampleRecord());
    const state = async () => [await api.version(), (await api.audited()).filter(({ action }) => action !== 'schedule.set').length];
    const before = await state();
    const answer = await api.ask(method, path, body === undefined ? {} : { body });
    expect([answer.status, answer.body.code], answer.text).toEqual([status, expect.stringMatching(/^[A-Z]+_[A-Z_]+$/)]);
    if (pointer !== null) expect(answer.body.errors).toContainEqual({ pointer, detail: expect.any(String) });
    expect(await state()).toEqual(before);
  });

  it('says of a job that ended how it did', async () => {
    const [job] = exampleRecord().jobs;
    api.record.state.jobs = job === undefined ? [] : [{ ...job, state: 'done' }];
    expect(await api.ask('POST', `/jobs/${job?.id}/cancel`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('it is done') },
    });
  });

  it('keeps a placement while its lane is not empty', async () => {
    Object.assign(api.record.state, exampleRecord());
    api.record.state.lanes = api.record.state.lanes.map((lane) => ({ ...lane, parked: 1 }));
    const answer = await api.ask('DELETE', '/tenants/arbor-construction/placements/nudge');
    expect(answer).toMatchObject({ status: 409, body: { code: 'CONTROL_PLACEMENT_BUSY' } });
  });
});

describe('mapping an unmatched delivery', () => {
  it('puts the entry and replays, in this order', async () => {
    Object.assign(api.record.state, exampleRecord());
    const [{ delivery = '' } = {}] = api.record.state.unmatched;
    const body = { tenant: 'arbor-construction', system: 'whatsapp', kind: 'phone-number', externalId: '10655', product: 'nudge' };
    const answer = await api.ask('POST', `/unmatched/${delivery}/map`, { body });
    expect(answer.body).toEqual({
      entry: { system: 'whatsapp', kind: 'phone-number', externalId: '10655', project: null, region: null, product: 'nudge' },
      placed: 1,
      unmatched: 0,
    });
    const { tenant: _tenant, ...key } = body;
    const query = new URLSearchParams({ system: key.system, kind: key.kind, externalId: key.externalId });
    expect((await api.ask('GET', `/tenants/arbor-construction/resolver-entry?${query}`)).body).toEqual(answer.body.entry);
  });

  it("does not touch another tenant's entry", async () => {
    Object.assign(api.record.state, exampleRecord());
    const [{ delivery = '' } = {}] = api.record.state.unmatched;
    const body = { tenant: 'castellan-towers', system: 'whatsapp', kind: 'phone-number', externalId: '10655' };
    const answer = await api.ask('POST', `/unmatched/${delivery}/map`, { body });
    expect(answer).toMatchObject({ status: 409, body: { code: 'CONTROL_RESOLVER_TAKEN' } });
    expect(answer.text).not.toContain('arbor');
    expect(api.record.state.unmatched).toHaveLength(1);
  });
});

describe("a tenant's border", () => {
  const theirs = '/tenants/castellan-towers';
  const key = 'system=autodesk&kind=project&externalId=6f1d2c58-9a30-4c7e-8b52-3de0a1f4c901';

  it.each([
    ['GET', `${theirs}/placements/pulse`],
    ['GET', `${theirs}/resolver-entry?${key}`],
    ['DELETE', `${theirs}/resolver-entry?${key}`],
    ['GET', `${theirs}/schedules/weekly-digest`],
    ['DELETE', `${theirs}/schedules/weekly-digest`],
  ])("keeps another's out of %s %s", async (method, path) => {
    Object.assign(api.record.state, exampleRecord());
    expect((await api.ask(method, path)).status).toBe(404);
  });

  it('keeps lists apart', async () => {
    for (const list of ['resolver-entries', 'schedules']) expect((await api.ask('GET', `${theirs}/${list}`)).body.items).toEqual([]);
    for (const list of ['placements', 'resolver-entries', 'schedules'])
      expect((await api.ask('GET', `/tenants/nobody/${list}`)).status).toBe(404);
  });

  it('refuses to take over an id, without saying whose it is', async () => {
    const answer = await api.ask('PUT', `${theirs}/resolver-entry?${key}`, { body: {} });
    expect(answer).toMatchObject({ status: 409, body: { code: 'CONTROL_RESOLVER_TAKEN' } });
    expect(answer.text).not.toContain('arbor');
  });
});

describe('a list', () => {
  it('of resolver entries is read page by page, whole and in order', async () => {
    const path = '/tenants/arbor-construction/resolver-entries';
    for (const id of ['a/b', 'ü', 'z?x=1&y', 'a b']) {
      await api.ask(
        'PUT',
        `/tenants/arbor-construction/resolver-entry?${new URLSearchParams({ system: 'other', kind: 'thing', externalId: id })}`,
        { body: {} },
      );
    }
    const all = (await api.ask('GET', `${path}?limit=200`)).body.items as unknown[];
    expect(all.length).toBeGreaterThanOrEqual(5);
    const paged: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== null; ) {
      const page: { items: unknown[]; next: string | null } = (
        await api.ask('GET', `${path}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      ).body as never;
      paged.push(...page.items);
      cursor = page.next;
    }
    expect(paged).toEqual(all);
  });

  it.each(['/clusters', '/products', '/sources', '/tenants', '/connections', '/tenants/arbor-construction/schedules'])(
    '%s goes on where it ended',
    async (path) => {
      Object.assign(api.record.state, exampleRecord());
      const all = (await api.ask('GET', path)).body.items as unknown[];
      expect(all.length).toBeGreaterThan(1);
      const first = (await api.ask('GET', `${path}?limit=1`)).body;
      const rest = (await api.ask('GET', `${path}?cursor=${first.next}`)).body;
      expect([...(first.items as unknown[]), ...(rest.items as unknown[])]).toEqual(all);
      expect(rest.next).toBeNull();
    },
  );
});

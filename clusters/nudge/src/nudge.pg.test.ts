import { type ClusterHost, clusterDomain, createClusterHost } from '@etis/runtime';
import type { PlatformEvent } from '@etis/runtime/sdk';
import { createTestDatabase, type TestDatabase, testContext } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nudge } from './index.ts';

const cluster = { id: 'nudge-standard', product: 'nudge', tier: 'standard' } as const;
const acme = testContext({ tenant: 'acme' });
const bolt = testContext({ tenant: 'bolt' });

let database: TestDatabase;
let host: ClusterHost<typeof nudge.operations>;
beforeAll(async () => {
  database = await createTestDatabase({ domains: [clusterDomain(cluster, nudge)] });
  const nowhere = () => Promise.reject(new Error('the relay is not started in these tests'));
  const sinks = { jobs: { enqueue: nowhere }, publish: { append: nowhere } };
  host = createClusterHost({ cluster, product: nudge, db: database.db('nudge_standard'), ...sinks, log: acme.log });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.admin('nudge_standard')('truncate rule, notification, outbox, lane_mark, lane_gap, parked_mark');
  position = 0n;
});

let position = 0n;
function eventOf(overrides: Partial<PlatformEvent> = {}): PlatformEvent {
  position += 1n;
  const id = `019aaf00-0000-7000-8000-${String(position).padStart(12, '0')}`;
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const what = {
    source: '/test',
    type: 'document.version.added',
    subject: null,
    time: '2026-01-02T03:04:05.000Z',
    data: { name: 'Plan A' },
  };
  const whom = { tenant: 'acme', project: 'tower', region: null, traceparent, flow: id, cause: null, hop: 0 };
  return { specversion: '1.0', id, ...what, ...whom, ...overrides };
}

async function handle(event: PlatformEvent) {
  const { tenant } = event;
  const entries = [{ position, event }];
  const batch = { lane: `${tenant}/nudge`, tenant, product: 'nudge', cluster: 'nudge-standard', mode: 'ordered', entries } as const;
  return host.handle(batch, new AbortController().signal);
}

type RuleInput = Parameters<typeof host.call<'rules.set'>>[2];
const plain: RuleInput = {
  id: 'plans',
  eventType: 'document.*',
  recipients: ['site@example.com'],
  subject: 'New: {{ event.data.name }}',
  body: '{{ event.data.name }} was added to {{ event.project }}.',
};
const set = (rule: Partial<RuleInput> = {}, context = acme) => host.call(context, 'rules.set', { ...plain, ...rule });
const notifications = async (context = acme) => (await host.call(context, 'notifications.list', {})).items;

async function sent(): Promise<{ jobs: unknown[]; events: { type: string; data: unknown }[] }> {
  const rows = await database.admin('nudge_standard')<{ kind: string; body: string }>('select kind, body from outbox order by position');
  const bodies = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => JSON.parse(row.body));
  return { jobs: bodies('job'), events: bodies('event') };
}

describe('an event that meets a rule', () => {
  it('becomes a notification, an e-mail job and an event of its own', async () => {
    await set();
    const event = eventOf();
    expect(await handle(event)).toEqual({ handled: 1 });
    const [notification, ...others] = await notifications();
    expect(others).toEqual([]);
    expect(notification).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      rule: 'plans',
      event: event.id,
      channel: 'email',
      recipient: 'site@example.com',
      subject: 'New: Plan A',
      body: 'Plan A was added to tower.',
      state: 'requested',
      reason: null,
      requestedAt: expect.stringMatching(/Z$/),
    });
    const { jobs, events } = await sent();
    const payload = { to: 'site@example.com', subject: 'New: Plan A', text: 'Plan A was added to tower.', notification: notification?.id };
    expect(jobs).toEqual([expect.objectContaining({ kind: 'email', tenant: 'acme', cause: event.id, payload })]);
    const data = { notification: notification?.id, rule: 'plans', event: event.id, channel: 'email', recipient: 'site@example.com' };
    expect(events).toEqual([expect.objectContaining({ type: 'nudge.notification.requested', data, cause: event.id, hop: 1 })]);
  });

  it('tells each recipient of each rule once, however often it comes', async () => {
    await set({ recipients: ['a@example.com', 'b@example.com', 'A@example.com'] });
    await set({ id: 'other', recipients: ['a@example.com'] });
    const event = eventOf();
    await handle(event);
    position += 1n;
    await handle(event);
    const told = (await notifications()).map(({ rule, recipient }) => `${rule} ${recipient}`);
    expect(told.sort()).toEqual(['other a@example.com', 'plans A@example.com', 'plans b@example.com']);
    const { jobs, events } = await sent();
    expect([jobs.length, events.length]).toEqual([3, 3]);
  });

  it.each([
    ['document.version.added', 'tower', { eventType: 'document.version.added' }, true],
    ['document.version.added', 'tower', { eventType: 'document.version.*' }, true],
    ['document.version.added', 'tower', { eventType: 'document.*' }, true],
    ['document.version.added', 'tower', { eventType: '*' }, true],
    ['document.version.added', 'tower', { eventType: 'document.version' }, false],
    ['document.version.added', 'tower', { eventType: 'document.version.removed' }, false],
    ['document.version.added', 'tower', { eventType: 'issue.*' }, false],
    ['issue.created', 'tower', { eventType: 'document.*' }, false],
    ['issue.created', 'tower', { eventType: 'issue.*' }, true],
    ['folder.added', 'tower', { eventType: '*' }, true],
    ['document.version.added', 'tower', { project: 'tower' }, true],
    ['document.version.added', 'tower', { project: 'bridge' }, false],
    ['document.version.added', null, { project: 'tower' }, false],
    ['document.version.added', null, { project: null }, true],
    ['document.version.added', 'tower', { project: null }, true],
    ['document.version.added', 'tower', { enabled: false }, false],
    ['document.version.added', 'tower', { enabled: true }, true],
  ] as const)('%s of project %s and %j: %s', async (type, project, rule, met) => {
    await set(rule);
    await handle(eventOf({ type, project }));
    expect(await notifications()).toHaveLength(met ? 1 : 0);
  });

  it("stays its tenant's", async () => {
    await set({}, bolt);
    await handle(eventOf());
    expect([await notifications(), await notifications(bolt)]).toEqual([[], []]);
    await handle(eventOf({ tenant: 'bolt' }));
    expect([(await notifications()).length, (await notifications(bolt)).length]).toEqual([0, 1]);
    expect((await host.call(acme, 'rules.list', undefined)).items).toEqual([]);
    expect(await host.call(acme, 'rules.delete', { id: 'plans' })).toEqual({ deleted: false });
  });

  it('puts no header and no control character into a mail', async () => {
    await set();
    const name = 'A\r\nBcc: thief@example.com\r\n\r\n\u0000hello\u202e😀';
    expect(await handle(eventOf({ data: { name } }))).toEqual({ handled: 1 });
    const [notification] = await notifications();
    expect(notification?.subject).toBe('New: A Bcc: thief@example.com hello 😀');
    expect(notification?.body).toBe('A\nBcc: thief@example.com\n\nhello😀 was added to tower.');
  });

  it('has a subject even when its template gives none', async () => {
    await set({ subject: '{{ event.data.nothing }}' });
    await handle(eventOf());
    expect((await notifications())[0]?.subject).toBe('document.version.added');
  });

  it("holds no other rule's notification back when its template cannot be rendered", async () => {
    await set({ id: 'bad', body: '{% for i in (1..1000000000) %}x{% endfor %}' });
    await set();
    expect(await handle(eventOf())).toEqual({ handled: 1 });
    const found = Object.fromEntries((await notifications()).map(({ rule, state, reason }) => [rule, { state, reason }]));
    expect(found).toEqual({
      bad: { state: 'refused', reason: expect.stringContaining('memory alloc limit exceeded') },
      plans: { state: 'requested', reason: null },
    });
    const { jobs, events } = await sent();
    expect([jobs.length, events.length]).toEqual([1, 1]);
  });

  it('can tell as many as a tenant may have', async () => {
    const recipients = (rule: number) => Array.from({ length: 50 }, (_, index) => `r${rule}-${index}@example.com`);
    for (let rule = 0; rule < 20; rule += 1) await set({ id: `rule-${rule}`, recipients: recipients(rule), body: 'x'.repeat(9_000) });
    expect(await handle(eventOf())).toEqual({ handled: 1 });
    expect((await sent()).jobs).toHaveLength(1_000);
  });
});

describe('rules', () => {
  it('are set, replaced, listed and deleted', async () => {
    const rule = { ...plain, project: null, enabled: true };
    expect(await set()).toEqual(rule);
    expect(await set({ enabled: false, project: 'tower' })).toEqual({ ...rule, enabled: false, project: 'tower' });
    await set({ id: 'another' });
    const { items } = await host.call(acme, 'rules.list', undefined);
    expect(items.map(({ id, enabled, project }) => ({ id, enabled, project }))).toEqual([
      { id: 'another', enabled: true, project: null },
      { id: 'plans', enabled: false, project: 'tower' },
    ]);
    expect(await host.call(acme, 'rules.delete', { id: 'plans' })).toEqual({ deleted: true });
    expect(await host.call(acme, 'rules.delete', { id: 'plans' })).toEqual({ deleted: false });
  });

  it.each([
    [{ recipients: ['a@b.co\r\nBcc: c@d.co'] }, 'NUDGE_RECIPIENT_INVALID'],
    [{ recipients: ['site@example.com', 'not an address'] }, 'NUDGE_RECIPIENT_INVALID'],
    [{ eventType: 'invoice.*' }, 'NUDGE_EVENT_TYPE_INVALID'],
    [{ eventType: 'document' }, 'NUDGE_EVENT_TYPE_INVALID'],
    [{ eventType: 'document.*.added' }, 'NUDGE_EVENT_TYPE_INVALID'],
    [{ eventType: 'document.X' }, 'NUDGE_EVENT_TYPE_INVALID'],
    [{ subject: '{{ open' }, 'NUDGE_TEMPLATE_INVALID'],
    [{ body: '{% nope %}' }, 'NUDGE_TEMPLATE_INVALID'],
    [{ recipients: [] }, 'RUNTIME_INPUT_INVALID'],
    [{ recipients: Array.from({ length: 51 }, (_, index) => `r${index}@example.com`) }, 'RUNTIME_INPUT_INVALID'],
    [{ subject: '' }, 'RUNTIME_INPUT_INVALID'],
    [{ subject: 'a\u0000b' }, 'RUNTIME_INPUT_INVALID'],
    [{ subject: 'x'.repeat(501) }, 'RUNTIME_INPUT_INVALID'],
    [{ body: 'x'.repeat(10_001) }, 'RUNTIME_INPUT_INVALID'],
    [{ body: 'line\n\u0000' }, 'RUNTIME_INPUT_INVALID'],
    [{ project: 'a\u0000' }, 'RUNTIME_INPUT_INVALID'],
    [{ id: 'Not An Id' }, 'RUNTIME_INPUT_INVALID'],
    [{ id: 'a\n' }, 'RUNTIME_INPUT_INVALID'],
    [{ more: 1 }, 'RUNTIME_INPUT_INVALID'],
  ])('are refused: %j', async (wrong, code) => {
    await expect(set(wrong as Partial<RuleInput>)).rejects.toMatchObject({ code, retryable: false });
    expect((await host.call(acme, 'rules.list', undefined)).items).toEqual([]);
  });

  it('may have lines in their text', async () => {
    expect((await set({ body: 'one\n\ntwo' })).body).toBe('one\n\ntwo');
  });

  it('have a limit per tenant, in number and in recipients', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `r${index}@example.com`);
    for (let rule = 0; rule < 20; rule += 1) await set({ id: `rule-${rule}`, recipients: many });
    await expect(set({ id: 'one-more' })).rejects.toMatchObject({ code: 'NUDGE_RULES_FULL', kind: 'limited' });
    expect((await host.call(acme, 'rules.list', undefined)).items).toHaveLength(20);
    expect(await set({ id: 'one-more' }, bolt)).toMatchObject({ id: 'one-more' });
  });
});

describe('the list of notifications', () => {
  it('comes in pages, newest first', async () => {
    await set();
    const events = [eventOf(), eventOf(), eventOf(), eventOf(), eventOf()];
    position = 0n;
    for (const event of events) {
      position += 1n;
      await handle(event);
    }
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await host.call(acme, 'notifications.list', { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((item) => item.event));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(events.map((event) => event.id).reverse());
  });

  it.each([{ limit: 0 }, { limit: 201 }, { limit: 1.5 }, { cursor: 5 }, { cursor: 'x'.repeat(21) }])('refuses %j', async (input) => {
    await expect(host.call(acme, 'notifications.list', input as never)).rejects.toMatchObject({ code: 'RUNTIME_INPUT_INVALID' });
  });

  it.each(['', 'x', '-1', '1 or true', '99999999999999999999'])('refuses the cursor %j', async (cursor) => {
    await expect(host.call(acme, 'notifications.list', { cursor })).rejects.toMatchObject({ code: 'NUDGE_CURSOR_MALFORMED' });
  });
});

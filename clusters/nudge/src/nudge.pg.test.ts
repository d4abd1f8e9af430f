import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acme, bolt, createNudgeStand, type NudgeStand } from '../fixtures/nudge-stand.ts';
import type { nudge } from './index.ts';

let stand: NudgeStand;
beforeAll(async () => {
  stand = await createNudgeStand();
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

type RuleInput = Parameters<(typeof nudge.operations)['rules.set']['run']>[0];
const plain: RuleInput = {
  id: 'plans',
  eventType: 'document.*',
  recipients: ['site@example.com'],
  subject: 'New: {{ event.data.name }}',
  body: '{{ event.data.name }} was added to {{ event.project }}.',
};
const set = (rule: Partial<RuleInput> = {}, context = acme) => stand.host.call(context, 'rules.set', { ...plain, ...rule });
const notifications = async (context = acme) => (await stand.host.call(context, 'notifications.list', {})).items;

describe('an event that meets a rule', () => {
  it('becomes a notification, an e-mail job and an event of its own', async () => {
    await set();
    const event = stand.event();
    await stand.handle(event);
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
      number: null,
      template: null,
      state: 'requested',
      reason: null,
      messageId: null,
      times: { requested: '2026-01-02T03:04:05.000Z', accepted: null, sent: null, delivered: null, read: null, failed: null },
    });
    const { jobs, events } = await stand.asked();
    const payload = { to: 'site@example.com', subject: 'New: Plan A', text: 'Plan A was added to tower.', notification: notification?.id };
    expect(jobs).toEqual([expect.objectContaining({ kind: 'email', tenant: 'acme', cause: event.id, payload, reportTo: 'nudge' })]);
    const data = { notification: notification?.id, rule: 'plans', event: event.id, channel: 'email', recipient: 'site@example.com' };
    expect(events).toEqual([expect.objectContaining({ type: 'nudge.notification.requested', data, cause: event.id, hop: 1 })]);
  });

  it('tells each recipient of each rule once, however often it comes', async () => {
    await set({ recipients: ['a@example.com', 'b@example.com', 'A@example.com'] });
    await set({ id: 'other', recipients: ['a@example.com'] });
    const event = stand.event();
    await stand.handle(event);
    await stand.handle(event);
    const told = (await notifications()).map(({ rule, recipient }) => `${rule} ${recipient}`);
    expect(told.sort()).toEqual(['other a@example.com', 'plans A@example.com', 'plans b@example.com']);
    const { jobs, events } = await stand.asked();
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
    await stand.handle(stand.event({ type, project }));
    expect(await notifications()).toHaveLength(met ? 1 : 0);
  });

  it("stays its tenant's", async () => {
    await set({}, bolt);
    await stand.handle(stand.event());
    expect([await notifications(), await notifications(bolt)]).toEqual([[], []]);
    await stand.handle(stand.event({ tenant: 'bolt' }));
    expect([(await notifications()).length, (await notifications(bolt)).length]).toEqual([0, 1]);
    expect((await stand.host.call(acme, 'rules.list', undefined)).items).toEqual([]);
    expect(await stand.host.call(acme, 'rules.delete', { id: 'plans' })).toEqual({ deleted: false });
  });

  it('puts no header and no control character into a mail', async () => {
    await set();
    const name = 'A\r\nBcc: thief@example.com\r\n\r\n\u0000hello\u202e😀';
    await stand.handle(stand.event({ data: { name } }));
    const [notification] = await notifications();
    expect(notification?.subject).toBe('New: A Bcc: thief@example.com hello 😀');
    expect(notification?.body).toBe('A\nBcc: thief@example.com\n\nhello😀 was added to tower.');
  });

  it('has a subject even when its template gives none', async () => {
    await set({ subject: '{{ event.data.nothing }}' });
    await stand.handle(stand.event());
    expect((await notifications())[0]?.subject).toBe('document.version.added');
  });

  it("holds no other rule's notification back when its template cannot be rendered", async () => {
    await set({ id: 'bad', body: '{% for i in (1..1000000000) %}x{% endfor %}' });
    await set();
    await stand.handle(stand.event());
    const found = Object.fromEntries((await notifications()).map(({ rule, state, reason }) => [rule, { state, reason }]));
    expect(found).toEqual({
      bad: { state: 'refused', reason: expect.stringContaining('memory alloc limit exceeded') },
      plans: { state: 'requested', reason: null },
    });
    const { jobs, events } = await stand.asked();
    expect([jobs.length, events.length]).toEqual([1, 1]);
  });

  it('can tell as many as a tenant may have', async () => {
    const recipients = (rule: number) => Array.from({ length: 50 }, (_, index) => `r${rule}-${index}@example.com`);
    for (let rule = 0; rule < 20; rule += 1) await set({ id: `rule-${rule}`, recipients: recipients(rule), body: 'x'.repeat(9_000) });
    await stand.handle(stand.event());
    expect((await stand.asked()).jobs).toHaveLength(1_000);
  });
});

describe('rules', () => {
  it('are set, replaced, listed and deleted', async () => {
    const rule = { ...plain, project: null, whatsapp: null, enabled: true };
    expect(await set()).toEqual(rule);
    expect(await set({ enabled: false, project: 'tower' })).toEqual({ ...rule, enabled: false, project: 'tower' });
    await set({ id: 'another' });
    const { items } = await stand.host.call(acme, 'rules.list', undefined);
    expect(items.map(({ id, enabled, project }) => ({ id, enabled, project }))).toEqual([
      { id: 'another', enabled: true, project: null },
      { id: 'plans', enabled: false, project: 'tower' },
    ]);
    expect(await stand.host.call(acme, 'rules.delete', { id: 'plans' })).toEqual({ deleted: true });
    expect(await stand.host.call(acme, 'rules.delete', { id: 'plans' })).toEqual({ deleted: false });
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
    [{ recipients: [] }, 'NUDGE_RECIPIENTS_MISSING'],
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
    expect((await stand.host.call(acme, 'rules.list', undefined)).items).toEqual([]);
  });

  it('may have lines in their text', async () => {
    expect((await set({ body: 'one\n\ntwo' })).body).toBe('one\n\ntwo');
  });

  it('have a limit per tenant, in number and in recipients', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `r${index}@example.com`);
    for (let rule = 0; rule < 20; rule += 1) await set({ id: `rule-${rule}`, recipients: many });
    await expect(set({ id: 'one-more' })).rejects.toMatchObject({ code: 'NUDGE_RULES_FULL', kind: 'limited' });
    expect((await stand.host.call(acme, 'rules.list', undefined)).items).toHaveLength(20);
    expect(await set({ id: 'one-more' }, bolt)).toMatchObject({ id: 'one-more' });
  });
});

describe('the list of notifications', () => {
  it('comes in pages, newest first', async () => {
    await set();
    const events = [stand.event(), stand.event(), stand.event(), stand.event(), stand.event()];
    for (const event of events) {
      await stand.handle(event);
    }
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await stand.host.call(acme, 'notifications.list', { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((item) => item.event));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(events.map((event) => event.id).reverse());
  });

  it.each([{ limit: 0 }, { limit: 201 }, { limit: 1.5 }, { cursor: 5 }, { cursor: 'x'.repeat(21) }])('refuses %j', async (input) => {
    await expect(stand.host.call(acme, 'notifications.list', input as never)).rejects.toMatchObject({ code: 'RUNTIME_INPUT_INVALID' });
  });

  it.each(['', 'x', '-1', '1 or true', '99999999999999999999'])('refuses the cursor %j', async (cursor) => {
    await expect(stand.host.call(acme, 'notifications.list', { cursor })).rejects.toMatchObject({ code: 'NUDGE_CURSOR_MALFORMED' });
  });
});

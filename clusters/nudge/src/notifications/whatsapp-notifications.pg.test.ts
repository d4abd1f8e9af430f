import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acme, bolt, createNudgeStand, type NudgeStand } from '../../fixtures/nudge-stand.ts';
import { ada, number, received } from '../../fixtures/whatsapp-events.ts';
import type { nudge } from '../index.ts';

let stand: NudgeStand;
beforeAll(async () => {
  stand = await createNudgeStand();
});
afterAll(() => stand.drop());
beforeEach(() => stand.clear());

type RuleInput = Parameters<(typeof nudge.operations)['rules.set']['run']>[0];
const template = { name: 'new_document', language: 'en_US', parameters: ['{{ event.data.name }}', '{{ event.project }}'] };
const plain: RuleInput = {
  id: 'plans',
  eventType: 'document.*',
  whatsapp: { number, recipients: [ada.phone] },
  body: '{{ event.data.name }} was added.',
};
const set = (rule: Partial<RuleInput> = {}, context = acme) => stand.host.call(context, 'rules.set', { ...plain, ...rule });
const byTemplate = () => set({ whatsapp: { number, recipients: [ada.phone], template } });
const notifications = async (context = acme) => (await stand.host.call(context, 'notifications.list', {})).items;
const asked = async () => (await stand.asked()).jobs.filter((job) => 'message' in job.payload);

describe('a notification on WhatsApp', () => {
  it('is the text of the rule within 24 hours of a message of its recipient', async () => {
    await set();
    await stand.handle(received(stand));
    stand.clock.at += 24 * 3_600_000 - 1;
    const event = stand.event();
    await stand.handle(event);
    const [notification] = await notifications();
    expect(notification).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      rule: 'plans',
      event: event.id,
      channel: 'whatsapp',
      recipient: ada.phone,
      number,
      subject: null,
      body: 'Plan A was added.',
      template: null,
      state: 'requested',
      reason: null,
      messageId: null,
      times: { requested: '2026-01-03T03:04:04.999Z', accepted: null, sent: null, delivered: null, read: null, failed: null },
    });
    expect(await asked()).toMatchObject([
      {
        kind: 'whatsapp',
        tenant: 'acme',
        cause: event.id,
        reportTo: 'nudge',
        payload: {
          from: number,
          to: { phone: ada.phone },
          message: { type: 'text', text: { body: 'Plan A was added.' } },
          lastInboundAt: '2026-01-02T03:04:05.000Z',
        },
      },
    ]);
    const data = { notification: notification?.id, rule: 'plans', event: event.id, channel: 'whatsapp', recipient: ada.phone };
    expect((await stand.asked()).events).toMatchObject([{ type: 'nudge.notification.requested', data }]);
  });

  it('stands in the conversation with its user', async () => {
    await set();
    await stand.handle(received(stand), stand.event());
    const [said] = (await stand.host.call(acme, 'messages.list', { user: ada.userId })).items;
    const [notification] = await notifications();
    expect(said).toMatchObject({
      direction: 'out',
      notification: notification?.id,
      rule: null,
      text: 'Plan A was added.',
      state: 'requested',
    });
  });

  it('is the template outside of it', async () => {
    await byTemplate();
    await stand.handle(received(stand));
    stand.clock.at += 24 * 3_600_000;
    await stand.handle(stand.event({ data: { name: 'Plan\r\n\t\tA    {{ event.id }}\u0000' }, project: null }));
    expect(await notifications()).toMatchObject([
      { body: '', template: { name: 'new_document en_US', parameters: ['Plan A {{ event.id }}', '-'] }, state: 'requested' },
    ]);
    const parameters = [
      { type: 'text', text: 'Plan A {{ event.id }}' },
      { type: 'text', text: '-' },
    ];
    expect((await asked())[0]?.payload).toMatchObject({
      message: {
        type: 'template',
        template: { name: 'new_document', language: { code: 'en_US' }, components: [{ type: 'body', parameters }] },
      },
      lastInboundAt: '2026-01-02T03:04:05.000Z',
    });
    expect((await stand.host.call(acme, 'messages.list', { user: ada.userId })).items[0]).toMatchObject({ kind: 'template', text: null });
  });

  it('goes by template to who has never written, and says that to the worker', async () => {
    await byTemplate();
    await stand.handle(stand.event());
    expect((await asked())[0]?.payload).toMatchObject({ message: { type: 'template' }, lastInboundAt: null });
  });

  it('is refused outside of it without a template, and holds nobody else back', async () => {
    await set({ recipients: ['site@example.com'], whatsapp: { number, recipients: [ada.phone, '972000000001'] } });
    await stand.handle(received(stand), stand.event());
    const found = Object.fromEntries((await notifications()).map(({ recipient, state, reason }) => [recipient, { state, reason }]));
    expect(found).toEqual({
      'site@example.com': { state: 'requested', reason: null },
      [ada.phone]: { state: 'requested', reason: null },
      '972000000001': { state: 'refused', reason: expect.stringContaining('takes only a template, and the rule names none') },
    });
    expect((await stand.asked()).events).toHaveLength(2);
  });

  it.each([
    ['another number', { phoneNumberId: '99' }, {}],
    ['another user', { from: { ...ada, userId: 'US.2', phone: '972000000001' } }, {}],
    ["another tenant's number", {}, { tenant: 'bolt' }],
  ])('has a window of its own: %s', async (_, message, envelope) => {
    await set();
    await stand.handle(received(stand, message, envelope), stand.event());
    expect(await notifications()).toMatchObject([{ state: 'refused' }]);
  });

  it('finds who was first seen by phone and later by id, by either', async () => {
    await set({ whatsapp: { number, recipients: [ada.phone, ada.userId] } });
    await stand.handle(received(stand, { from: { ...ada, userId: null } }));
    stand.clock.at += 20 * 3_600_000;
    await stand.handle(received(stand));
    stand.clock.at += 20 * 3_600_000;
    await stand.handle(stand.event());
    expect(await notifications()).toMatchObject([{ state: 'requested' }, { state: 'requested' }]);
    expect((await asked()).map((job) => job.payload.to)).toEqual([{ phone: ada.phone }, { userId: ada.userId }]);
  });

  it('is not made later by a message that arrives out of order', async () => {
    await set();
    await stand.handle(received(stand), received(stand, { at: '2026-01-01T00:00:00Z' }));
    stand.clock.at += 23 * 3_600_000;
    await stand.handle(stand.event());
    expect(await notifications()).toMatchObject([{ state: 'requested' }]);
  });

  it.each([
    ['an empty text', { body: '{{ event.data.nothing }}' }, 'The text of the rule came out empty.'],
    ['a text without end', { body: '{% for i in (1..1000000000) %}x{% endfor %}' }, 'memory alloc limit exceeded'],
  ])('is refused with %s, and an e-mail of another rule is not', async (_, rule, reason) => {
    await set(rule);
    await set({ id: 'mail', recipients: ['site@example.com'], whatsapp: null });
    await stand.handle(received(stand), stand.event());
    expect((await notifications()).map(({ rule: id, state, reason: why }) => [id, state, why]).sort()).toEqual([
      ['mail', 'requested', null],
      ['plans', 'refused', expect.stringContaining(reason)],
    ]);
  });

  it('tells each recipient once, however the event comes', async () => {
    await set({ whatsapp: { number, recipients: [ada.phone, '+972 98-765-4321'], template } });
    const event = stand.event();
    await stand.handle(event, event);
    expect([(await notifications()).length, (await asked()).length]).toEqual([1, 1]);
  });
});

describe('an event that many are told of', () => {
  it('reaches as many as a tenant may have, on both channels', async () => {
    const phones = (rule: number) => Array.from({ length: 25 }, (_, index) => String(972_000_000_000 + rule * 100 + index));
    const addresses = (rule: number) => Array.from({ length: 25 }, (_, index) => `r${rule}-${index}@example.com`);
    const body = '😀'.repeat(4_500);
    for (let rule = 0; rule < 20; rule += 1) {
      await set({ id: `rule-${rule}`, recipients: addresses(rule), whatsapp: { number, recipients: phones(rule) }, body });
    }
    for (const phone of phones(0)) await stand.handle(received(stand, { from: { ...ada, userId: null, phone } }));
    await stand.handle(stand.event());
    const { jobs } = await stand.asked();
    expect(
      jobs
        .filter((job) => job.reportTo === 'nudge')
        .map((job) => job.kind)
        .sort(),
    ).toEqual([...Array.from({ length: 500 }, () => 'email'), ...Array.from({ length: 25 }, () => 'whatsapp')]);
    expect([await stand.count('notification'), await stand.count('send')]).toEqual([1_000, 525]);
  });

  it('leaves nothing behind of the others where it cannot be kept whole', async () => {
    await set({ whatsapp: { number, recipients: [ada.phone], template } });
    await expect(stand.handle(stand.event({ id: 'no-uuid' }))).rejects.toThrow(/uuid/);
    expect([await stand.count('notification'), await stand.count('send'), await stand.count('message')]).toEqual([0, 0, 0]);
  });
});

describe('a rule for WhatsApp', () => {
  it('comes back as it is kept, and can be set again as it came back', async () => {
    const kept = await set({ whatsapp: { number, recipients: ['+972 98-765-4321', 'US.1349'], template } });
    expect(kept).toEqual({
      id: 'plans',
      eventType: 'document.*',
      project: null,
      recipients: [],
      whatsapp: { number, recipients: [ada.phone, 'US.1349'], template },
      subject: '{{ event.type }}',
      body: '{{ event.data.name }} was added.',
      enabled: true,
    });
    expect((await stand.host.call(acme, 'rules.list', undefined)).items).toEqual([kept]);
    expect(await stand.host.call(acme, 'rules.set', structuredClone(kept) as RuleInput)).toEqual(kept);
    expect(await set({ whatsapp: null, recipients: ['a@example.com'] })).toMatchObject({ whatsapp: null });
  });

  it.each<[object, string]>([
    [{ whatsapp: { number, recipients: ['0151'] } }, 'NUDGE_WHATSAPP_RECIPIENT_INVALID'],
    [{ whatsapp: { number, recipients: ['site@example.com'] } }, 'NUDGE_WHATSAPP_RECIPIENT_INVALID'],
    [{ whatsapp: { number, recipients: [ada.phone], template: { ...template, parameters: ['{{ open'] } } }, 'NUDGE_TEMPLATE_INVALID'],
    [{ whatsapp: null }, 'NUDGE_RECIPIENTS_MISSING'],
    [{ whatsapp: { number, recipients: [] } }, 'RUNTIME_INPUT_INVALID'],
    [{ whatsapp: { number: '+972', recipients: [ada.phone] } }, 'RUNTIME_INPUT_INVALID'],
    [{ whatsapp: { number, recipients: [ada.phone], template: { ...template, name: 'New Document' } } }, 'RUNTIME_INPUT_INVALID'],
    [{ whatsapp: { number, recipients: [ada.phone], template: { ...template, language: 'english' } } }, 'RUNTIME_INPUT_INVALID'],
    [{ whatsapp: { number, recipients: [ada.phone], more: 1 } }, 'RUNTIME_INPUT_INVALID'],
  ])('is refused: %j', async (wrong, code) => {
    await expect(set(wrong as Partial<RuleInput>)).rejects.toMatchObject({ code, retryable: false });
    expect(await stand.count('rule')).toBe(0);
  });

  it("counts both channels towards the tenant's limit", async () => {
    const many = Array.from({ length: 50 }, (_, index) => String(972_000_000_000 + index));
    for (let rule = 0; rule < 20; rule += 1) await set({ id: `rule-${rule}`, whatsapp: { number, recipients: many } });
    await expect(set({ id: 'one-more' })).rejects.toMatchObject({ code: 'NUDGE_RULES_FULL' });
    expect(await set({ id: 'one-more' }, bolt)).toMatchObject({ id: 'one-more' });
  });
});

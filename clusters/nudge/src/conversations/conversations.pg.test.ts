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

type ReplyInput = Parameters<(typeof nudge.operations)['replies.set']['run']>[0];
const hours: ReplyInput = { id: 'hours', match: { keywords: ['opening hours'] }, text: 'We are open from 8 to 17.' };
const set = (rule: Partial<ReplyInput> = {}, context = acme) => stand.host.call(context, 'replies.set', { ...hours, ...rule });
const messages = async (input: object = {}, context = acme) => (await stand.host.call(context, 'messages.list', input)).items;
const replies = async () => (await messages()).filter((message) => message.direction === 'out');
const asked = async (member: 'message' | 'markRead') => (await stand.asked()).jobs.filter((job) => member in job.payload);

describe('a WhatsApp message', () => {
  it('is kept, marked as read and answered, as a reply to it', async () => {
    await set();
    const event = received(stand);
    await stand.handle(event);
    const [reply, incoming, ...others] = await messages();
    expect(others).toEqual([]);
    expect(incoming).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      channel: 'whatsapp',
      direction: 'in',
      state: 'received',
      number,
      recipient: ada.userId,
      kind: 'text',
      text: 'What are your opening hours?',
      messageId: event.subject,
      replyTo: null,
      reason: null,
      at: '2026-01-02T03:04:05.000Z',
    });
    expect(reply).toMatchObject({
      direction: 'out',
      state: 'requested',
      rule: 'hours',
      notification: null,
      recipient: ada.userId,
      text: 'We are open from 8 to 17.',
      replyTo: event.subject,
      messageId: null,
      reason: null,
      times: { requested: '2026-01-02T03:04:05.000Z', accepted: null, read: null },
    });
    const { jobs } = await stand.asked();
    expect(jobs.map(({ kind, payload, reportTo }) => ({ kind, payload, reportTo }))).toEqual([
      { kind: 'whatsapp', payload: { from: number, markRead: event.subject }, reportTo: undefined },
      {
        kind: 'whatsapp',
        payload: {
          from: number,
          to: { phone: ada.phone, userId: ada.userId },
          message: { type: 'text', text: { body: 'We are open from 8 to 17.' } },
          replyTo: event.subject,
          lastInboundAt: '2026-01-02T03:04:05.000Z',
        },
        reportTo: 'nudge',
      },
    ]);
  });

  it('has one effect, whoever brings it again', async () => {
    await set();
    const event = received(stand);
    await stand.handle(
      event,
      event,
      received(stand, { id: event.subject }),
      received(stand, { id: event.subject, content: { body: 'opening hours' } }),
    );
    expect([(await messages()).length, (await asked('message')).length, (await asked('markRead')).length]).toEqual([2, 1, 1]);
  });

  it('is answered by the first rule that matches, and by no other', async () => {
    await set({ id: 'zz-last', order: 5, match: 'any', text: 'late' });
    await set({ id: 'b', order: 1, match: 'any', text: 'second' });
    await set({ id: 'a', order: 1, match: 'any', text: 'first' });
    await set({ id: 'off', order: 0, match: 'any', text: 'never', enabled: false });
    await set({ id: 'other-number', order: 0, match: 'any', text: 'never', number: '99' });
    await stand.handle(received(stand));
    expect(await replies()).toMatchObject([{ rule: 'a', text: 'first' }]);
  });

  it('is not answered where no rule matches', async () => {
    await set({ match: { keywords: ['prices'] } });
    await stand.handle(received(stand));
    expect(await messages()).toMatchObject([{ direction: 'in', reason: null }]);
  });

  it.each([
    ['button', { text: 'Yes', payload: 'yes-1' }],
    ['interactive', { type: 'button_reply', buttonReply: { id: 'yes-1', title: 'Yes' } }],
    ['interactive', { type: 'list_reply', listReply: { id: 'yes-1', title: 'Yes' } }],
  ])('chooses a button: %s %j', async (kind, content) => {
    await set({ match: { button: 'yes-1' }, text: 'Noted.' });
    await stand.handle(received(stand, { kind, content }), received(stand, { kind: 'text', content: { body: 'yes-1' } }));
    expect(await replies()).toMatchObject([{ text: 'Noted.' }]);
  });

  it.each([
    ['image', true],
    ['audio', true],
    ['order', true],
    ['unsupported', true],
    ['reaction', false],
    ['system', false],
  ])('of kind %s is not answered; a word of the user: %s', async (kind, word) => {
    await set({ match: 'any' });
    await stand.handle(received(stand, { kind, content: {} }));
    expect([await replies(), (await asked('markRead')).length, await stand.count('contact_window')]).toEqual([
      [],
      word ? 1 : 0,
      word ? 1 : 0,
    ]);
    expect(await messages()).toMatchObject([{ direction: 'in', kind }]);
  });

  it('that names no sender, or comes from the number itself, has no effect', async () => {
    await set({ match: 'any' });
    await stand.handle(
      received(stand, { from: {} }),
      received(stand, { from: { phone: '972123456789' } }),
      received(stand, { from: 'x', id: 7 }),
    );
    expect([await messages(), (await stand.asked()).jobs]).toEqual([[], []]);
  });

  it('is answered where its sender has no phone', async () => {
    await set();
    await stand.handle(received(stand, { from: { ...ada, phone: null } }));
    expect((await asked('message'))[0]?.payload.to).toEqual({ userId: ada.userId });
  });

  it('that is heard too late is kept, and not answered with what WhatsApp would refuse', async () => {
    await set();
    await stand.handle(received(stand, { at: '2026-01-01T03:04:05Z' }));
    expect(await replies()).toMatchObject([{ state: 'refused', reason: expect.stringContaining('more than 24 hours'), text: '' }]);
    expect(await asked('message')).toEqual([]);
  });

  it('that is heard late is answered where its sender has written since', async () => {
    await set();
    await stand.handle(received(stand, { content: { body: 'hello' } }), received(stand, { at: '2026-01-01T03:04:05Z' }));
    expect(await replies()).toMatchObject([{ state: 'requested' }]);
    expect((await asked('message'))[0]?.payload.lastInboundAt).toBe('2026-01-02T03:04:05.000Z');
  });
});

describe('a circle of two that answer each other', () => {
  it('ends after 20 replies to one user in 24 hours, and says so', async () => {
    await set({ match: 'any' });
    for (let n = 0; n < 22; n += 1) await stand.handle(received(stand));
    expect(await replies()).toHaveLength(20);
    const [last] = await messages();
    expect(last).toMatchObject({ direction: 'in', reason: 'It was not answered: 20 replies went to this user within 24 hours.' });
    await stand.handle(received(stand, { from: { ...ada, userId: 'US.2', phone: '972000000001' } }));
    expect(await replies()).toHaveLength(21);
    stand.clock.at += 24 * 3_600_000;
    await stand.handle(received(stand));
    expect(await replies()).toHaveLength(22);
  });
});

describe('what a user writes', () => {
  const hostile = '{{ event.id }}{% for i in (1..100000) %}x{% endfor %}{% include "/etc/passwd" %}{{ event.data | json }}';

  it('is never run as a template, wherever it stands', async () => {
    await set({ match: 'any', text: 'You wrote: {{ event.data.content.body }} ({{ event.data.from.name }})' });
    const event = received(stand, { content: { body: hostile }, from: { ...ada, name: '{{ event.type }}' } });
    await stand.handle(event);
    expect(await replies()).toMatchObject([{ text: `You wrote: ${hostile} ({{ event.type }})` }]);
  });

  it('cannot reach more than the event, nor change what is selected', async () => {
    await set({ match: { keywords: ["o'hare; drop table message"] }, text: 'Found' });
    const body = `O'Hare; DROP TABLE message;-- \u0000\u202e`;
    await stand.handle(received(stand, { content: { body, constructor: { name: 'x' } } }));
    expect(await messages()).toMatchObject([{ text: 'Found' }, { text: "O'Hare; DROP TABLE message;-- " }]);
  });

  it.each([
    ['no text at all', '{% if event.data.content.body == "never" %}x{% endif %}', 'The text of the reply rule came out empty.'],
    ['too much', '{% for i in (1..1000000000) %}x{% endfor %}', 'memory alloc limit exceeded'],
  ])('makes %s: the reply is refused, the message is kept', async (_, text, reason) => {
    await set({ match: 'any', text });
    await stand.handle(received(stand));
    expect(await messages()).toMatchObject([{ state: 'refused', reason: expect.stringContaining(reason) }, { direction: 'in' }]);
    expect(await asked('message')).toEqual([]);
  });

  it('makes a reply of at most 4,096 characters', async () => {
    await set({ match: 'any', text: '{{ event.data.content.body }}{{ event.data.content.body }}' });
    await stand.handle(received(stand, { content: { body: '😀'.repeat(3_000) } }));
    expect(await replies()).toMatchObject([{ text: '😀'.repeat(2_048) }]);
  });
});

describe('reply rules', () => {
  it('are set, replaced, listed in their order and deleted', async () => {
    const rule = { ...hours, order: 100, number: null, enabled: true };
    expect(await set()).toEqual(rule);
    expect(await set({ match: { button: 'x' }, number: '99', order: 3, enabled: false })).toEqual({
      ...rule,
      match: { button: 'x' },
      number: '99',
      order: 3,
      enabled: false,
    });
    await set({ id: 'first', order: 0, match: 'any' });
    const { items } = await stand.host.call(acme, 'replies.list', undefined);
    expect(items.map(({ id, match }) => ({ id, match }))).toEqual([
      { id: 'first', match: 'any' },
      { id: 'hours', match: { button: 'x' } },
    ]);
    expect(await stand.host.call(acme, 'replies.delete', { id: 'first' })).toEqual({ deleted: true });
    expect(await stand.host.call(acme, 'replies.delete', { id: 'first' })).toEqual({ deleted: false });
  });

  it.each<[object, string]>([
    [{ text: '{{ open' }, 'NUDGE_TEMPLATE_INVALID'],
    [{ match: { keywords: ['!?'] } }, 'NUDGE_KEYWORD_INVALID'],
    [{ match: { keywords: [' '] } }, 'NUDGE_KEYWORD_INVALID'],
    [{ match: { keywords: [] } }, 'RUNTIME_INPUT_INVALID'],
    [{ match: { keywords: Array.from({ length: 51 }, () => 'x') } }, 'RUNTIME_INPUT_INVALID'],
    [{ match: 'some' }, 'RUNTIME_INPUT_INVALID'],
    [{ match: { keywords: ['x'], button: 'y' } }, 'RUNTIME_INPUT_INVALID'],
    [{ number: 'x' }, 'RUNTIME_INPUT_INVALID'],
    [{ order: -1 }, 'RUNTIME_INPUT_INVALID'],
    [{ text: '' }, 'RUNTIME_INPUT_INVALID'],
    [{ text: 'x'.repeat(4_097) }, 'RUNTIME_INPUT_INVALID'],
    [{ text: 'a\u0000' }, 'RUNTIME_INPUT_INVALID'],
    [{ id: 'X' }, 'RUNTIME_INPUT_INVALID'],
    [{ more: 1 }, 'RUNTIME_INPUT_INVALID'],
  ])('are refused: %j', async (wrong, code) => {
    await expect(set(wrong as Partial<ReplyInput>)).rejects.toMatchObject({ code, retryable: false });
    expect(await stand.count('reply_rule')).toBe(0);
  });

  it('have a limit per tenant', async () => {
    for (let n = 0; n < 100; n += 1) await set({ id: `r${n}` });
    await expect(set({ id: 'one-more' })).rejects.toMatchObject({ code: 'NUDGE_REPLY_RULES_FULL' });
    expect(await set({ id: 'r5' })).toMatchObject({ id: 'r5' });
    expect(await set({}, bolt)).toMatchObject({ id: 'hours' });
  });
});

describe('conversations', () => {
  it("stay their tenant's", async () => {
    await set({ match: 'any', text: 'from bolt' }, bolt);
    await stand.handle(received(stand));
    expect([await replies(), await messages({}, bolt)]).toEqual([[], []]);
    await stand.handle(received(stand, {}, { tenant: 'bolt' }));
    expect((await messages({}, bolt)).map((message) => message.text)).toEqual(['from bolt', 'What are your opening hours?']);
    expect(await messages()).toHaveLength(1);
    expect((await stand.host.call(acme, 'replies.list', undefined)).items).toEqual([]);
    expect(await stand.host.call(acme, 'replies.delete', { id: 'hours' })).toEqual({ deleted: false });
  });

  it('are listed in pages, by number and by user', async () => {
    const others = { ...ada, userId: null, phone: '972000000001' };
    await stand.handle(received(stand), received(stand, { from: others }), received(stand, { phoneNumberId: '99' }));
    expect((await messages({ number: '99' })).length).toBe(1);
    expect((await messages({ user: others.phone })).map((message) => message.recipient)).toEqual([others.phone]);
    const first = await stand.host.call(acme, 'messages.list', { limit: 2 });
    const second = await stand.host.call(acme, 'messages.list', { limit: 2, cursor: first.next ?? '' });
    expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
    await expect(messages({ cursor: 'x' })).rejects.toMatchObject({ code: 'NUDGE_CURSOR_MALFORMED' });
    await expect(messages({ user: 'a\u0000' })).rejects.toMatchObject({ code: 'RUNTIME_INPUT_INVALID' });
  });
});

import type { NormalisedEvent } from '@etis/contracts/events';
import { describe, expect, test } from 'vitest';
import { normalise, refusalOf } from '../reading-under-test.ts';
import { account, ada, incoming, message, notification, phoneNumberId, status, statuses, value } from './notifications.ts';

type Read = NormalisedEvent & { data: Record<string, unknown> };

function read(body: unknown): readonly Read[] {
  return normalise('whatsapp', JSON.stringify(body)) as readonly Read[];
}

/** The one event of a notification. */
function one(body: unknown): Read {
  const [event, ...more] = read(body);
  if (event === undefined || more.length > 0) throw new Error('one event was expected');
  return event;
}

describe('a message', () => {
  test('is told whole, and goes where its business number belongs', () => {
    expect(one(incoming(message()))).toEqual({
      type: 'whatsapp.message.received',
      source: `urn:whatsapp:phone-number:${phoneNumberId}`,
      subject: 'wamid.one',
      time: '2026-03-01T10:00:00.000Z',
      directed: true,
      refs: [
        { system: 'whatsapp', kind: 'phone-number', id: phoneNumberId },
        { system: 'whatsapp', kind: 'account', id: account },
      ],
      data: {
        id: 'wamid.one',
        kind: 'text',
        content: { body: 'Is the door delivered?' },
        from: { ...ada, username: 'ada', name: 'Ada Example' },
        phoneNumberId,
        displayPhoneNumber: '4930000001',
        at: '2026-03-01T10:00:00.000Z',
        context: null,
        referral: null,
        errors: [],
      },
    });
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['a text', { text: { body: 'x'.repeat(4_096) } }, { body: 'x'.repeat(4_096) }],
    [
      'a document',
      document({ filename: 'door.pdf', caption: 'the door' }),
      { id: 'm1', filename: 'door.pdf', caption: 'the door', url: null },
    ],
    [
      'a location without a name',
      { type: 'location', location: { latitude: 0, longitude: -1.5 } },
      { latitude: 0, longitude: -1.5, name: null },
    ],
    ['a reaction', { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } }, { messageId: 'wamid.x', emoji: '👍' }],
    ['a reaction taken back', { type: 'reaction', reaction: { message_id: 'wamid.x' } }, { messageId: 'wamid.x', emoji: null }],
    ['a button of a template', { type: 'button', button: { payload: 'yes', text: 'Yes' } }, { payload: 'yes', text: 'Yes' }],
    [
      'a form whose answers are no JSON',
      { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { response_json: '{half', name: 'flow', body: 'Sent' } } },
      { type: 'nfm_reply', nfmReply: { name: 'flow', body: 'Sent', response: '{half' } },
    ],
    [
      'a card with numbers for ids',
      { type: 'contacts', contacts: [{ name: { formatted_name: 'Bo' }, phones: [{ wa_id: 491700000002 }] }] },
      { contacts: [{ name: { formattedName: 'Bo' }, phones: [{ waId: '491700000002' }] }] },
    ],
    ['a kind from the future', { type: 'hologram', hologram: { depth_map: 'x' } }, { type: 'hologram', value: { depthMap: 'x' } }],
    ['a kind without its member', { type: 'hologram' }, { type: 'hologram', value: null }],
    ['an interactive one without its member', { type: 'interactive' }, { type: null, buttonReply: null, listReply: null, nfmReply: null }],
  ])('%s keeps its content', (_case, rest, content) => {
    expect(one(incoming(message(rest)))).toMatchObject({ type: 'whatsapp.message.received', data: { content } });
  });

  function document(rest: object): Record<string, unknown> {
    return { type: 'document', document: { id: 'm1', mime_type: 'application/pdf', sha256: 'x', ...rest } };
  }

  test('that edits another is about the other', () => {
    const edit = { type: 'edit', edit: { original_message_id: 'wamid.first', message: { type: 'text', text: { body: 'door 4' } } } };
    expect(one(incoming(message(edit)))).toMatchObject({
      type: 'whatsapp.message.edited',
      subject: 'wamid.first',
      data: { id: 'wamid.one', kind: 'edit', content: { messageId: 'wamid.first', kind: 'text', content: { body: 'door 4' } } },
    });
  });

  test('that edits an edit does not go round', () => {
    const inner = { type: 'edit', edit: { original_message_id: 'wamid.zero', message: {} } };
    expect(one(incoming(message({ type: 'edit', edit: { original_message_id: 'wamid.first', message: inner } })))).toMatchObject({
      type: 'whatsapp.message.edited',
      data: { content: { kind: 'unsupported', content: { type: 'edit' } } },
    });
  });

  test('that revokes another is about the other', () => {
    expect(one(incoming(message({ type: 'revoke', revoke: { original_message_id: 'wamid.first' } })))).toMatchObject({
      type: 'whatsapp.message.revoked',
      subject: 'wamid.first',
      data: { id: 'wamid.one' },
    });
  });

  test('that was sent from the phone app says to whom', () => {
    const echoes = { message_echoes: [message({ from: '4930000001', to: ada.phone })] };
    expect(one(notification('smb_message_echoes', value(echoes)))).toMatchObject({
      type: 'whatsapp.message.echoed',
      data: { from: { phone: '4930000001', name: null }, to: { phone: ada.phone, userId: null } },
    });
  });

  test("brings the change's own errors", () => {
    const errors = [{ code: 131000, title: 'Something went wrong', error_data: { details: 'no payload' } }];
    expect(
      one(notification('messages', value({ messages: [message({ type: 'interactive', text: undefined })], errors }))).data.errors,
    ).toEqual([{ code: 131000, title: 'Something went wrong', message: null, details: 'no payload', href: null }]);
  });

  test('errors without any message are told', () => {
    expect(one(notification('messages', value({ errors: [{ code: 130429 }] })))).toMatchObject({
      type: 'whatsapp.notification.received',
      refs: [{ id: phoneNumberId }, { id: account }],
      data: { field: 'messages', value: { errors: [{ code: 130429 }] } },
    });
  });
});

describe('a user', () => {
  test.each<[string, Record<string, unknown>, unknown, object]>([
    [
      'who shows no phone',
      { from: undefined, from_user_id: ada.userId },
      undefined,
      { phone: ada.phone, userId: ada.userId, name: 'Ada Example' },
    ],
    [
      'who has no phone at all',
      { from: undefined, from_user_id: ada.userId },
      [{ profile: { username: 'ada' }, user_id: ada.userId }],
      { phone: null, userId: ada.userId, username: 'ada', name: null },
    ],
    ['whose id stands in place of the phone', { from: ada.userId }, [], { phone: null, userId: ada.userId, name: null }],
    ['whom only the contact names', { from: undefined }, undefined, { phone: ada.phone, userId: ada.userId }],
    ['beside a contact that is somebody else', { from: '491700000009' }, undefined, { phone: '491700000009', userId: null, name: null }],
    ['whose phone is a number', { from: 491700000001 }, undefined, { phone: ada.phone, name: 'Ada Example' }],
    ['whose phone has a plus', { from: '+491700000001' }, undefined, { phone: ada.phone, name: 'Ada Example' }],
    ['whose phone is nonsense', { from: 'call me' }, [], { phone: null, userId: null }],
    [
      'among several who is not named',
      { from: undefined },
      [{ wa_id: '491700000007' }, { wa_id: '491700000008' }],
      { phone: null, userId: null },
    ],
  ])('%s', (_case, rest, contacts, from) => {
    const change = value({ messages: [message(rest)], ...(contacts === undefined ? {} : { contacts }) });
    expect(one(notification('messages', change)).data.from).toMatchObject(from);
  });
});

describe('a status', () => {
  test('is told whole', () => {
    const sent = status({
      conversation: { id: 'c1', origin: { type: 'utility' }, expiration_timestamp: '1772445600' },
      pricing: { billable: true, pricing_model: 'PMP', category: 'utility', type: 'regular' },
    });
    expect(one(statuses(sent))).toMatchObject({
      type: 'whatsapp.message.status',
      subject: 'wamid.sent',
      time: '2026-03-01T10:01:00.000Z',
      directed: true,
      data: {
        message: 'wamid.sent',
        status: 'delivered',
        at: '2026-03-01T10:01:00.000Z',
        recipient: { phone: ada.phone, userId: ada.userId, group: null },
        callbackData: '0199f000-0000-7000-8000-000000000001',
        conversation: { id: 'c1', origin: 'utility', expiresAt: '2026-03-02T10:00:00.000Z' },
        pricing: { billable: true, model: 'PMP', category: 'utility', type: 'regular' },
        errors: [],
        phoneNumberId,
      },
    });
  });

  test('of a failed message says why', () => {
    const errors = [{ code: 131026, title: 'Undeliverable', error_data: { details: 'no WhatsApp' }, href: 'https://errors.example' }];
    expect(one(statuses(status({ status: 'failed', errors }))).data.errors).toMatchObject([{ code: 131026, details: 'no WhatsApp' }]);
  });

  test('in a group names the participant', () => {
    const inGroup = { recipient_type: 'group', recipient_id: 'g1', recipient_participant_id: ada.phone };
    expect(one(statuses(status(inGroup))).data.recipient).toEqual({ phone: ada.phone, userId: null, group: 'g1' });
  });

  test.each(['warning', 'a_word_of_2027'.replace(/\d/g, 'x')])('%s, which nobody knows yet, is passed on', (word) => {
    expect(one(statuses(status({ status: word }))).data.status).toBe(word);
  });
});

describe('a notification of many', () => {
  test('is split in order, each part with its own account and number', () => {
    const other = { metadata: { phone_number_id: '800000000000002' }, contacts: [] };
    const events = read({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: account,
          changes: [
            { field: 'messages', value: value({ messages: [message({ id: 'a' }), message({ id: 'b' })] }) },
            { field: 'messages', value: value({ statuses: [status({ id: 'c' })], ...other }) },
          ],
        },
        { id: '900000000000002', time: 1772359200, changes: [{ field: 'account_update', value: { event: 'ACCOUNT_DELETED' } }] },
      ],
    });
    expect(events.map(({ subject, refs }) => [subject, ...refs.map((ref) => ref.id)])).toEqual([
      ['a', phoneNumberId, account],
      ['b', phoneNumberId, account],
      ['c', '800000000000002', account],
      ['900000000000002', '900000000000002'],
    ]);
    expect(events.every((event) => event.directed === true)).toBe(true);
  });

  test.each<[string, unknown, object]>([
    ['a message without an id', incoming(message({ id: undefined }), message()), { part: 'messages', raw: { type: 'text' } }],
    ['a message that is a text', incoming('hello', message()), { part: 'messages', raw: 'hello' }],
    ['messages that are no list', notification('messages', value({ messages: 5, statuses: [status()] })), { part: 'messages', raw: 5 }],
    ['a status without a word', statuses(status({ status: 7 }), status()), { part: 'statuses', raw: { status: 7 } }],
    [
      'a preference without a value',
      notification('user_preferences', value({ user_preferences: [{}, { value: 'stop' }] })),
      { part: 'user_preferences' },
    ],
    [
      'a change without a field',
      { ...incoming(), entry: [{ id: account, changes: [{ value: {} }, { field: 'x', value: 1 }] }] },
      { part: 'change' },
    ],
    [
      'a change that is null',
      { ...incoming(), entry: [{ id: account, changes: [null, { field: 'x', value: 1 }] }] },
      { part: 'change', raw: null },
    ],
    [
      'an entry that is a list',
      { ...incoming(), entry: [[], { id: account, changes: [{ field: 'x', value: 1 }] }] },
      { part: 'entry', raw: [] },
    ],
    [
      'an entry without changes',
      { ...incoming(), entry: [{ id: account }, { id: account, changes: [{ field: 'x', value: 1 }] }] },
      { part: 'entry' },
    ],
  ])('keeps %s as it is, and all the rest', (_case, body, data) => {
    const [bad, good, ...more] = read(body);
    expect(bad).toMatchObject({ type: 'whatsapp.unsupported.received', directed: true, data });
    expect(good?.type).not.toBe('whatsapp.unsupported.received');
    expect(more).toEqual([]);
  });

  test('is refused whole when it holds more than 1,000', () => {
    const many = (count: number) => incoming(...Array.from({ length: count }, (_, at) => message({ id: `wamid.${at}` })));
    expect(read(many(1_000))).toHaveLength(1_000);
    expect(refusalOf('whatsapp', JSON.stringify(many(1_001)))).toMatchObject({ reason: 'unreadable' });
  });
});

describe('what concerns the account', () => {
  test.each<[string, string, Record<string, unknown>, string | null, object]>([
    [
      'account_update',
      'account.updated',
      { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } },
      account,
      { banInfo: { wabaBanState: 'DISABLE' } },
    ],
    ['account_alerts', 'account.alerted', { entity_id: 5, alert_severity: 'HIGH' }, account, { entityId: '5' }],
    ['account_review_update', 'account.reviewed', { decision: 'APPROVED' }, account, { decision: 'APPROVED' }],
    ['business_capability_update', 'account.capability', { max_phone_numbers_per_waba: 25 }, account, { maxPhoneNumbersPerWaba: 25 }],
    ['phone_number_name_update', 'phone-number.name', { decision: 'APPROVED' }, account, { decision: 'APPROVED' }],
    ['security', 'phone-number.security', { event: 'PIN_CHANGED' }, account, { event: 'PIN_CHANGED' }],
    ['user_id_update', 'user.id', { wa_id: '491700000001' }, account, { waId: '491700000001' }],
    [
      'message_template_status_update',
      'template.status',
      { event: 'REJECTED', message_template_id: 1, message_template_name: 'n', message_template_language: 'de', reason: 'SCAM' },
      '1',
      { template: '1', name: 'n', language: 'de', status: 'REJECTED', category: null, reason: 'SCAM', account },
    ],
    [
      'template_category_update',
      'template.category',
      { message_template_id: '2', previous_category: 'UTILITY', new_category: 'MARKETING' },
      '2',
      { category: 'MARKETING', previousCategory: 'UTILITY' },
    ],
    ['calls', 'notification.received', { calls: [{ id: 'c' }] }, account, { field: 'calls', value: { calls: [{ id: 'c' }] } }],
    ['toString', 'notification.received', {}, account, { field: 'toString', value: {} }],
  ])('%s is whatsapp.%s', (field, type, said, subject, data) => {
    expect(one(notification(field, said, { time: 1772359200 }))).toMatchObject({
      type: `whatsapp.${type}`,
      subject,
      time: '2026-03-01T10:00:00.000Z',
      refs: [{ system: 'whatsapp', kind: 'account', id: account }],
      data,
    });
  });

  test('an account of a client is found before the partner that hears of it', () => {
    const { refs } = one(notification('account_update', { event: 'PARTNER_ADDED', waba_info: { waba_id: 42 } }));
    expect(refs.map((ref) => ref.id)).toEqual(['42', account]);
  });

  test('ids beyond 2^53 keep every digit, wherever they stand', () => {
    const body = `{"object":"whatsapp_business_account","entry":[{"id":12345678901234567891,"changes":[{"field":"message_template_status_update",
      "value":{"event":"APPROVED","message_template_id":98765432109876543211,"related_ids":[11111111111111111112,3]}}]}]}`;
    const [event] = normalise('whatsapp', body);
    expect(event).toMatchObject({
      subject: '98765432109876543211',
      refs: [{ id: '12345678901234567891' }],
      data: { account: '12345678901234567891', template: '98765432109876543211', relatedIds: ['11111111111111111112', '3'] },
    });
  });

  test.each([
    ['no time', undefined],
    ['a word', 'soon'],
    ['less than nothing', -1],
    ['too far away', 1e15],
    ['half a second', 1.5],
  ])('%s for a time is none', (_case, time) => {
    expect(one(notification('security', {}, { time })).time).toBeNull();
    expect(one(incoming(message({ timestamp: time })))).toMatchObject({ time: null, data: { at: null } });
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { whatsapp } from './whatsapp.ts';

/** Real payloads and signature vectors that lie beside the repository where they may be used; they are no part of it. */
const samples = new URL('../../../../../../shared/samples/', import.meta.url);
const present = existsSync(samples);
const bytes = (name: string) => readFileSync(new URL(name, samples));

const prefix = 'whatsapp.webhook.';
const number = '1122334455667';
const openapi = '106540352242922';

type Row = readonly [sample: string, type: string, subject: string | null, time: string | null, phoneNumber: string | null, says: object];

/** What each sample is read as: the one event, its business number, and the heart of its data. */
const expected: readonly Row[] = [
  ...(
    [
      ['account_deleted', 'ACCOUNT_DELETED', '2025-03-31T20:11:43.000Z', {}],
      ['account_offboarded', 'ACCOUNT_OFFBOARDED', '2025-03-31T20:11:43.000Z', {}],
      [
        'account_restriction',
        'ACCOUNT_RESTRICTION',
        '2022-01-04T21:08:18.000Z',
        {
          restrictionInfo: [
            { restrictionType: 'RESTRICTED_BIZ_INITIATED_MESSAGING' },
            { restrictionType: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION' },
          ],
        },
      ],
      [
        'partner_led_business_verification_status',
        'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE',
        '2025-03-28T05:16:22.000Z',
        { partnerClientCertificationInfo: { clientBusinessId: '2729063490586005', status: 'APPROVED', rejectionReasons: ['NONE'] } },
      ],
      [
        'pricing_tiering_update',
        'VOLUME_BASED_PRICING_TIER_UPDATE',
        '2025-03-31T20:11:43.000Z',
        { volumeTierInfo: { tier: '25000001:50000000' } },
      ],
      ['primary_business_location_set', 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE', '2025-03-28T05:16:22.000Z', { country: 'IN' }],
    ] as const
  ).map(
    ([name, event, time, says]): Row => [
      `account_update.${name}`,
      'whatsapp.account.updated',
      '102290129340398',
      time,
      null,
      { event, ...says },
    ],
  ),
  ...(
    [
      ['mm_api_for_wa_terms_of_service', 'MM_LITE_TERMS_SIGNED', '980198427658004', '2025-04-16T17:18:52.000Z'],
      ['partner_added', 'PARTNER_ADDED', '980198427658004', '2025-04-16T17:18:52.000Z'],
      ['partner_app_installed', 'PARTNER_APP_INSTALLED', '1191624265890717', '2025-04-22T15:52:54.000Z'],
      ['partner_app_uninstalled', 'PARTNER_APP_UNINSTALLED', '184943124712545', '2025-05-29T00:09:19.000Z'],
      ['partner_removed', 'PARTNER_REMOVED', '980198427658004', '2025-05-29T00:09:19.000Z'],
      ['partner_removed_wa_app_disconnection', 'PARTNER_REMOVED', '980198427658004', '2025-05-29T00:09:19.000Z'],
    ] as const
  ).map(
    ([name, event, wabaId, time]): Row => [
      `account_update.${name}`,
      'whatsapp.account.updated',
      '2949482758682047',
      time,
      null,
      { event, wabaInfo: { wabaId } },
    ],
  ),
  message('callback_button.button', 'wamid.xyzxyz', '2023-10-25T20:45:30.000Z', {
    kind: 'interactive',
    content: { type: 'button_reply', buttonReply: { id: 'callback_data', title: 'title' }, listReply: null, nfmReply: null },
    context: { id: 'wamid.xyzxyz', from: '1122334455667' },
  }),
  message('callback_button.quick_reply_without_context', 'wamid.xsidjx', '2023-10-25T21:23:47.000Z', {
    kind: 'button',
    content: { payload: 'callback_data', text: 'title' },
    context: null,
    from: { phone: '972987654321', userId: 'US.13491208655302741918', parentUserId: 'US.ENT.11815799212886844830', name: 'Test Name' },
  }),
  message('callback_selection.callback', 'wamid.zyzxyz', '2023-10-25T20:48:25.000Z', {
    content: { listReply: { id: 'callback_data', title: 'title', description: null } },
  }),
  message('callback_selection.description', 'wamid.zyzxyz', '2023-10-25T20:48:25.000Z', {
    content: { listReply: { description: 'description' } },
  }),
  [
    'edited_message.image',
    'whatsapp.message.edited',
    'wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA=',
    '2025-06-13T22:42:55.000Z',
    openapi,
    {
      id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=',
      kind: 'edit',
      content: { kind: 'image', content: { id: '1234567890', caption: 'Updated image caption', mimeType: 'image/jpeg' } },
      // The contact beside it is somebody else.
      from: { phone: '16505551234', userId: null, name: null },
    },
  ],
  message('flow_completion.without_flow_token', 'wamid.wegrchytvwcggt==', '2023-12-13T21:21:13.000Z', {
    content: {
      type: 'nfm_reply',
      nfmReply: { name: 'flow', body: 'Sent', response: { comment_text: 'Comment Text', delivery_rating: '4' } },
    },
  }),
  message('message.audio', 'wamid.xyzxyz', '2023-10-11T16:58:29.000Z', {
    kind: 'audio',
    content: { id: '1234567890987654321', mimeType: 'audio/ogg; codecs=opus', voice: false },
    context: { forwarded: true, id: null },
  }),
  message('message.current_location', 'wamid.xyzxyz', '2023-10-11T17:15:57.000Z', {
    kind: 'location',
    content: { latitude: 12.25089, longitude: 43.90539, name: null },
  }),
  message('message.forwarded', 'wamid.xyzxyz', '2023-10-11T17:20:15.000Z', { content: { body: 'forwarded text' } }),
  message('message.interactive_message_with_err', 'wamid.wegrchytvwcggt=', '2023-11-20T18:38:14.000Z', {
    kind: 'interactive',
    content: { type: null, buttonReply: null },
    errors: [{ code: 131000, details: 'Unsupported webhook payload' }],
  }),
  message('message.media_with_url', 'wamid.xyzxyz', '2023-10-11T16:56:19.000Z', {
    content: { id: '65463453', url: expect.stringContaining('lookaside.fbsbx.com') },
  }),
  message('message.order', 'wamid.xyzxyz', '2023-10-11T17:17:48.000Z', {
    content: { catalogId: '354160437058781', productItems: [{ productRetailerId: 'HAMBURGER', quantity: 3, itemPrice: 30 }, {}, {}] },
  }),
  message('message.reaction', 'wamid.xyzxyz', '2023-10-11T17:14:16.000Z', {
    kind: 'reaction',
    content: { messageId: 'wamid.yzxyzx=', emoji: '\u{1F62E}' },
  }),
  message('message.referral', 'wamid.ID', '2023-10-11T17:23:20.000Z', {
    referral: { sourceUrl: 'AD_OR_POST_FB_URL', ctwaClid: 'CTWA_CLID', headline: 'AD_TITLE' },
  }),
  message('message.static_sticker', 'wamid.xyzxyz', '2023-10-11T17:02:40.000Z', { content: { mimeType: 'image/webp', animated: false } }),
  message('message.text', 'wamid.xyzxyz', '2023-10-11T16:53:43.000Z', { kind: 'text', content: { body: 'Body Text' } }),
  message('message.text_username_only.COMPOSED', 'wamid.xyzxyz', '2023-10-11T16:53:43.000Z', {
    from: { phone: null, userId: 'US.13491208655302741918', username: 'sample.user', name: 'Test Name' },
  }),
  message('message.unreaction_empty', 'wamid.xyzxyz', '2023-10-11T17:14:16.000Z', { content: { messageId: 'wamid.yzxyzx=', emoji: null } }),
  message('message.unreaction_no_emoji', 'wamid.xyzxyz', '2023-10-11T17:14:16.000Z', {
    content: { messageId: 'wamid.yzxyzx=', emoji: null },
  }),
  message('message.unsupported', 'wamid.xyzxyz', '2023-10-11T17:18:26.000Z', {
    kind: 'unsupported',
    content: { type: null, value: null },
    errors: [{ code: 131051, details: 'Message type is currently not supported.' }],
  }),
  message('message.unsupported_with_type', 'wamid.xyzxyz', '2023-10-11T17:18:26.000Z', { kind: 'unsupported', content: { type: 'pool' } }),
  message('message.video', 'wamid.xyzxyz', '2023-10-11T17:12:42.000Z', { content: { caption: 'caption', mimeType: 'video/mp4' } }),
  message('message.voice', 'wamid.xyzxyz', '2023-10-11T16:57:53.000Z', { content: { voice: true } }),
  status('delivered', '2023-10-25T20:49:05.000Z', {
    recipient: { phone: '972987654321', userId: null, group: null },
    conversation: { id: '7270432eae37498234f4444b35ffc5', origin: 'service', expiresAt: null },
    pricing: { billable: true, model: 'CBP', category: 'service', type: null },
  }),
  status('failed', '2023-07-15T00:20:58.000Z', { errors: [{ code: 130472, title: "User's number is part of an experiment" }] }),
  status('failed_131049.COMPOSED', '2023-07-15T00:20:58.000Z', { status: 'failed', errors: [{ code: 131049 }] }),
  status('failed_131056.COMPOSED', '2023-07-15T00:20:58.000Z', { status: 'failed', errors: [{ code: 131056 }] }),
  [
    'message_status.group',
    'whatsapp.message.status',
    '<WHATSAPP_MESSAGE_ID>',
    '2023-10-25T20:49:05.000Z',
    '<BUSINESS_PHONE_NUMBER_ID>',
    { status: 'read', recipient: { phone: null, userId: 'US.123456', group: 'fowefinoewcnw' } },
  ],
  status('played', '2023-07-15T00:20:58.000Z', { status: 'played' }),
  status('read', '2023-07-15T00:20:58.000Z', { status: 'read', callbackData: null, errors: [] }),
  status('sent', '2023-10-25T20:49:05.000Z', { conversation: { expiresAt: '2023-10-26T17:05:00.000Z' } }),
  ...(
    [
      ['button_message', '2025-06-16T16:24:05.000Z', { kind: 'button', content: { payload: 'Unsubscribe', text: 'Unsubscribe' } }],
      [
        'contact_sharing_message',
        '2025-04-11T04:08:16.000Z',
        {
          kind: 'contacts',
          content: { contacts: [{ name: { formattedName: 'Lucía Gómez' }, phones: [{ waId: '19835552319' }] }] },
        },
      ],
      ['image_message', '2025-04-11T04:08:16.000Z', { content: { id: '1003383421387256', caption: 'Taj Mahal' } }],
      [
        'interactive_button_reply_message',
        '2025-06-15T22:05:36.000Z',
        { content: { buttonReply: { id: 'cancel-button', title: 'Cancel' } } },
      ],
      ['location_message', '2025-04-11T04:08:16.000Z', { content: { name: 'Philz Coffee', latitude: 37.44221496582 } }],
      ['order_message', '2025-06-16T17:52:05.000Z', { content: { catalogId: '194836987003835' } }],
      [
        'text_message',
        '2025-06-08T20:59:43.000Z',
        { content: { body: 'Does it come in another color?' }, from: { name: 'Sheena Nelson' } },
      ],
      [
        'text_message_with_context_product_inquiry',
        '2025-06-15T19:46:40.000Z',
        {
          context: { referredProduct: { catalogId: '194836987003835', productRetailerId: 'di9ozbzfi4' } },
        },
      ],
      ['unsupported_message', '2025-06-16T16:18:22.000Z', { kind: 'unsupported', errors: [{ code: 131051 }] }],
    ] as const
  ).map(([name, time, says]): Row => [`meta-openapi.${name}`, 'whatsapp.message.received', '*', time, openapi, says]),
  ...(['group_create_message', 'group_settings_update'] as const).map(
    (name): Row => [
      `meta-openapi.${name}`,
      'whatsapp.notification.received',
      '102290129340398',
      null,
      openapi,
      { value: { groups: [{ timestamp: '1750269342', groupId: 'Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD' }] } },
    ],
  ),
  [
    'outgoing_message.delete',
    'whatsapp.message.echoed',
    'wamid.zzzzzz',
    '2023-10-11T17:22:48.000Z',
    number,
    { id: 'wamid.yyyyyy', kind: 'revoke', to: { phone: '972123456789', userId: null } },
  ],
  [
    'outgoing_message.edit',
    'whatsapp.message.echoed',
    'wamid.zzzzzz',
    '2023-10-11T17:22:48.000Z',
    number,
    { kind: 'edit', content: { messageId: 'wamid.zzzzzz', kind: 'text', content: { body: 'Text was edited' } } },
  ],
  [
    'phone_number_quality_update.COMPOSED',
    'whatsapp.phone-number.quality',
    '102290129340398',
    '2025-05-28T17:46:34.000Z',
    null,
    { displayPhoneNumber: '15550783881', event: 'UPGRADE', oldLimit: 'TIER_50', currentLimit: 'TIER_250' },
  ],
  message('system.identity_change', 'wamid.xyzxyz', '2023-10-11T17:18:26.000Z', {
    kind: 'system',
    content: { type: 'customer_identity_changed', identity: { acknowledged: true, hash: 'xyzxyz' } },
  }),
  message('system.phone_number_change', 'wamid.xyzxyz==', '2025-07-30T04:55:15.000Z', {
    content: { type: 'user_changed_number', waId: '972912345678' },
  }),
  [
    'template_category_update.marketing',
    'whatsapp.template.category',
    '12345678',
    '2025-06-19T14:54:42.000Z',
    null,
    { template: '12345678', name: 'my_message_template', language: 'he', category: 'MARKETING', newCategory: 'MARKETING' },
  ],
  [
    'template_components_update.element',
    'whatsapp.template.components',
    '12345678',
    '2025-07-02T19:16:12.000Z',
    null,
    { messageTemplateElement: 'Hi {{1}}! Welcome to our service.' },
  ],
  [
    'template_quality_update.yellow',
    'whatsapp.template.quality',
    '806312974732579',
    '2023-01-28T00:04:50.000Z',
    null,
    { previousQualityScore: 'GREEN', newQualityScore: 'YELLOW' },
  ],
  ...(
    [
      ['resume', { value: 'resume', signupId: null }],
      ['signup', { value: 'signup', signupId: '13176843987434774' }],
    ] as const
  ).map(
    ([name, says]): Row => [
      `user_marketing_preferences.${name}`,
      'whatsapp.user.preference',
      '16505551234',
      '2024-11-15T21:22:01.000Z',
      openapi,
      { user: { phone: '16505551234', userId: null }, category: 'marketing_messages', ...says },
    ],
  ),
];

function message(sample: string, subject: string, time: string, says: object): Row {
  return [sample, 'whatsapp.message.received', subject, time, number, says];
}

function status(name: string, time: string, says: object): Row {
  return [`message_status.${name}`, 'whatsapp.message.status', 'wamid.xyzxyz', time, number, { message: 'wamid.xyzxyz', ...says }];
}

function normalise(sample: string) {
  return whatsapp.adapter.normalise({ body: bytes(`${prefix}${sample}.json`), headers: {}, connection: 'wa' });
}

describe.skipIf(!present)('real material', () => {
  test.each(expected)('%s is %s', (sample, type, subject, time, phoneNumber, says) => {
    const [event, ...more] = normalise(sample);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type,
      directed: true,
      time,
      subject: subject === '*' ? expect.stringMatching(/^wamid\.HBg/) : subject,
      data: says,
    });
    const numbers = event?.refs.filter((ref) => ref.kind === 'phone-number').map((ref) => ref.id);
    expect(numbers).toEqual(phoneNumber === null ? [] : [phoneNumber]);
    expect(event?.refs.at(-1)).toMatchObject({ system: 'whatsapp', kind: 'account' });
  });

  test('batched_multi_entry is split, and each part knows its account', () => {
    expect(normalise('batched_multi_entry.COMPOSED')).toMatchObject([
      { type: 'whatsapp.message.received', subject: 'wamid.xyzxyz', refs: [{ id: number }, { id: '1234567890987654321' }] },
      { type: 'whatsapp.message.status', subject: 'wamid.xyzxyz', refs: [{ id: number }, { id: '1234567890987654321' }] },
      {
        type: 'whatsapp.template.status',
        subject: '1689556908129832',
        time: '2025-06-30T01:39:08.000Z',
        refs: [{ kind: 'account', id: '102290129340398' }],
        data: { status: 'APPROVED', name: 'order_confirmation', language: 'en_US', category: 'UTILITY', reason: 'NONE' },
      },
    ]);
  });

  test('every incoming WhatsApp sample is in this table', () => {
    const names = readdirSync(samples).filter((name) => name.startsWith(prefix));
    const known = [...expected.map(([sample]) => sample), 'batched_multi_entry.COMPOSED'];
    expect(known.map((sample) => `${prefix}${sample}.json`).sort()).toEqual(names.sort());
  });

  test('the signature vectors hold', () => {
    const { vectors } = JSON.parse(bytes('vectors.json').toString()) as {
      vectors: readonly {
        id: string;
        provider: string;
        secret: string;
        headers?: Record<string, string>;
        body?: string;
        body_file?: string;
        expected: { valid?: boolean; hmac_sha256_hex?: string };
      }[];
    };
    // GitHub signs by the same scheme under the same header.
    const ours = vectors.filter(
      ({ provider, expected: { hmac_sha256_hex } }) => provider === 'whatsapp' || provider === 'github' || hmac_sha256_hex !== undefined,
    );
    expect(ours.length).toBeGreaterThanOrEqual(7);
    for (const { id, secret, headers, body, body_file, expected: wanted } of ours) {
      const given = headers?.['X-Hub-Signature-256'] ?? `sha256=${wanted.hmac_sha256_hex}`;
      const signed = { headers: { 'x-hub-signature-256': given }, keys: [whatsapp.keyOf(secret)], now: 0 };
      const content = body_file === undefined ? Buffer.from(body ?? '') : bytes(body_file);
      expect(whatsapp.verify({ ...signed, body: content }), id).toBe(wanted.valid ?? true);
      expect(whatsapp.verify({ ...signed, body: Buffer.concat([content, Buffer.from('\n')]) }), id).toBe(false);
    }
  });
});

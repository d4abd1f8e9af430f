import { type Static, type TProperties, Type } from 'typebox';

const strict = { additionalProperties: false };
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const link = Type.String({ minLength: 12, maxLength: 2_000, pattern: '^https://' });
const mediaId = Type.String({ pattern: '^[0-9]{1,40}$' });
const messageId = Type.String({ minLength: 1, maxLength: 500, pattern: '^[\\x21-\\x7e]+$' });

/** By Meta's own id of an upload, or by an address that Meta fetches: one of them. */
const media = <More extends TProperties>(more: More) =>
  Type.Union([Type.Object({ id: mediaId, ...more }, strict), Type.Object({ link, ...more }, strict)]);

const button = Type.Object({ type: Type.Literal('reply'), reply: Type.Object({ id: text(256), title: text(20) }, strict) }, strict);
const row = Type.Object({ id: text(200), title: text(24), description: Type.Optional(text(72)) }, strict);
const section = Type.Object({ title: Type.Optional(text(24)), rows: Type.Array(row, { minItems: 1, maxItems: 10 }) }, strict);
const around = {
  header: Type.Optional(Type.Object({ type: Type.Literal('text'), text: text(60) }, strict)),
  body: Type.Object({ text: text(1_024) }, strict),
  footer: Type.Optional(Type.Object({ text: text(60) }, strict)),
};

const interactive = Type.Union([
  Type.Object(
    { type: Type.Literal('button'), ...around, action: Type.Object({ buttons: Type.Array(button, { minItems: 1, maxItems: 3 }) }, strict) },
    strict,
  ),
  Type.Object(
    {
      type: Type.Literal('list'),
      ...around,
      action: Type.Object({ button: text(20), sections: Type.Array(section, { minItems: 1, maxItems: 10 }) }, strict),
    },
    strict,
  ),
  Type.Object(
    {
      type: Type.Literal('cta_url'),
      ...around,
      action: Type.Object(
        { name: Type.Literal('cta_url'), parameters: Type.Object({ display_text: text(20), url: link }, strict) },
        strict,
      ),
    },
    strict,
  ),
]);

/** A template's parts are Meta's to check: what they may hold depends on the template. */
const template = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9_]{1,512}$' }),
    language: Type.Object({ code: Type.String({ pattern: '^[A-Za-z_]{2,10}$' }) }, strict),
    components: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 20 })),
  },
  strict,
);

const message = Type.Union([
  Type.Object(
    { type: Type.Literal('text'), text: Type.Object({ body: text(4_096), preview_url: Type.Optional(Type.Boolean()) }, strict) },
    strict,
  ),
  Type.Object({ type: Type.Literal('template'), template }, strict),
  Type.Object(
    { type: Type.Literal('document'), document: media({ filename: Type.Optional(text(240)), caption: Type.Optional(text(1_024)) }) },
    strict,
  ),
  Type.Object({ type: Type.Literal('image'), image: media({ caption: Type.Optional(text(1_024)) }) }, strict),
  Type.Object({ type: Type.Literal('interactive'), interactive }, strict),
  Type.Object(
    { type: Type.Literal('reaction'), reaction: Type.Object({ message_id: messageId, emoji: Type.String({ maxLength: 20 }) }, strict) },
    strict,
  ),
]);

const from = Type.String({ pattern: '^[0-9]{1,40}$', description: 'the phone_number_id' });
const phone = Type.String({ pattern: '^\\+?[0-9]{5,20}$' });
const userId = Type.String({ pattern: '^[A-Z]{2}\\.[A-Za-z0-9.]{1,160}$', description: 'business-scoped user id' });

const messageOrder = Type.Object(
  {
    from,
    to: Type.Union([Type.Object({ phone, userId: Type.Optional(userId) }, strict), Type.Object({ userId }, strict)]),
    message,
    replyTo: Type.Optional(messageId),
    /** When the user wrote last, as far as it is known: null is never, absent is not known. */
    lastInboundAt: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()])),
  },
  strict,
);
const readOrder = Type.Object({ from, markRead: messageId, typing: Type.Optional(Type.Boolean()) }, strict);

/** What a job of kind `whatsapp` is asked: to send one message, or to say that one was read. */
export const whatsappPayload = Type.Union([messageOrder, readOrder]);
export type MessageOrder = Static<typeof messageOrder>;
export type ReadOrder = Static<typeof readOrder>;

/** Whom a message goes to, as the ledger and the pace know them. */
export function recipientOf({ to }: MessageOrder): string {
  return 'phone' in to && to.phone !== undefined ? to.phone.replace(/^\+/, '') : (to.userId ?? '');
}

/** The body for the Graph API. `callback` comes back with every status of the message. */
export function messageBody(order: MessageOrder, callback: string): object {
  const { to } = order;
  // By phone where both are known: not every account can send to a user id yet.
  const whom = 'phone' in to && to.phone !== undefined ? { to: to.phone } : { recipient: to.userId };
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...whom,
    ...(order.replyTo === undefined ? {} : { context: { message_id: order.replyTo } }),
    ...order.message,
    biz_opaque_callback_data: callback,
  };
}

export function readBody({ markRead, typing }: ReadOrder): object {
  return {
    messaging_product: 'whatsapp',
    status: 'read',
    message_id: markRead,
    ...(typing === true ? { typing_indicator: { type: 'text' } } : {}),
  };
}

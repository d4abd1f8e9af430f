import { type OperationContext, type Static, schema } from '@etis/runtime/sdk';
import { type Page, pageMembers, pageOf } from '../page.ts';
import { numberId } from '../rules/rule-input.ts';
import { type Course, courseOf } from '../sends/course.ts';
import { progressColumns, type SendRow } from '../sends/sends.ts';

export const messagesPage = schema.Object(
  {
    ...pageMembers,
    number: schema.Optional(numberId),
    /** A user's business-scoped id, or the phone number of one who has none. */
    user: schema.Optional(schema.String({ minLength: 1, maxLength: 140, pattern: '^[^\\u0000]*$' })),
  },
  { additionalProperties: false },
);

/** A WhatsApp message as people see it; times are RFC 3339 in UTC. */
export type Message = {
  readonly id: string;
  readonly channel: 'whatsapp';
  readonly number: string;
  /** The user on the other side: who wrote it or who it went to. */
  readonly recipient: string;
  readonly kind: string;
  /** Null where it has no words, and for a template, whose words WhatsApp holds. */
  readonly text: string | null;
  /** WhatsApp's id of the message that it answers. */
  readonly replyTo: string | null;
  readonly at: string;
} & (
  | {
      readonly direction: 'in';
      readonly state: 'received';
      readonly messageId: string | null;
      /** Why no rule's reply was sent although one matched. */
      readonly reason: string | null;
    }
  | ({ readonly direction: 'out'; readonly rule: string | null; readonly notification: string | null } & Course)
);

interface MessageRow extends Omit<SendRow, 'job_id' | 'number' | 'reconciled_at' | 'message_id'> {
  id: string;
  position: string;
  direction: 'in' | 'out';
  number: string;
  user_key: string;
  kind: string;
  text: string | null;
  incoming_id: string | null;
  message_id: string | null;
  reply_to: string | null;
  rule_id: string | null;
  notification_id: string | null;
  reason: string | null;
  at: Date;
}

/** What the tenant's numbers heard and said, newest first. @throws NUDGE_CURSOR_MALFORMED */
export async function listMessages(input: Static<typeof messagesPage>, { tenant, tx }: OperationContext): Promise<Page<Message>> {
  const read = ({ before, limit }: { before: string | null; limit: number }) =>
    tx.query<MessageRow>(
      `select message.id, message.position, direction, message.number, user_key, kind, text, message.message_id as incoming_id, reply_to, rule_id,
         reason, at, send.notification_id, ${progressColumns}
       from message left join send on send.tenant_id = message.tenant_id and send.job_id = message.job_id
       where message.tenant_id = $1 and ($2::bigint is null or message.position < $2::bigint)
         and ($3::text is null or message.number = $3) and ($4::text is null or user_key = $4)
       order by message.position desc limit $5`,
      [tenant, before, input.number ?? null, input.user ?? null, limit],
    );
  return pageOf(input, read, messageOf);
}

function messageOf(row: MessageRow): Message {
  const { id, number, kind, text, reason } = row;
  const shared = {
    id,
    channel: 'whatsapp',
    number,
    recipient: row.user_key,
    kind,
    text,
    replyTo: row.reply_to,
    at: row.at.toISOString(),
  } as const;
  if (row.direction === 'in') return { ...shared, direction: 'in', state: 'received', messageId: row.incoming_id, reason };
  const course = courseOf(row, { refusal: reason, requestedAt: row.at });
  return { ...shared, direction: 'out', rule: row.rule_id, notification: row.notification_id, ...course };
}

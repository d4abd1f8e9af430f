import { createSendLedger } from '../../ledger/send-ledger.ts';
import { defineJobKind, type JobContext, RetryAfter, TerminalFailure } from '../../runtime/job-kind.ts';
import { acceptanceOf, GraphFailure, postToGraph } from './graph-client.ts';
import { waitMs } from './graph-errors.ts';
import { type MessageOrder, messageBody, type ReadOrder, readBody, recipientOf, whatsappPayload } from './payload.ts';

/** What a message's result says. `status` is what the Graph API said: accepted is not delivered, which only its notifications tell. */
export interface WhatsAppResult {
  readonly channel: 'whatsapp';
  readonly recipient: string;
  /** WhatsApp's own id. */
  readonly messageId: string;
  readonly waId: string | null;
  readonly status: string;
  readonly server: string;
}

const dayMs = 24 * 3_600_000;
/** 80 messages a second for a number, one in 6 seconds for a recipient. */
const numberEveryMs = 12.5;
const recipientEveryMs = 6_000;

/**
 * Sends one WhatsApp message once, or marks one as read. The ledger is asked before and marked before the first byte leaves; a send that gave no
 * answer is flagged as unknown and never repeated, until a status of it proves that it went out (kind `whatsapp-reconcile`).
 */
export const jobKind = defineJobKind({
  kind: 'whatsapp',
  schema: whatsappPayload,
  timeLimitMs: 60_000,
  needs: 'whatsapp',
  async run(order, context) {
    const { whatsapp } = context.settings;
    const token = whatsapp?.numbers[order.from]?.accessToken;
    if (whatsapp === null || token === undefined) {
      throw new TerminalFailure(`no access token is configured for the number ${order.from}; add it to the settings and redrive this job`);
    }
    const post = (body: object) =>
      postToGraph({ settings: whatsapp, number: order.from, accessToken: token, body, signal: context.signal });
    return 'markRead' in order ? await markRead(order, post, context) : await send(order, post, context);
  },
});

type Post = (body: object) => Promise<unknown>;

async function send(order: MessageOrder, post: Post, context: JobContext): Promise<WhatsAppResult> {
  const { job, db, log, settings } = context;
  const recipient = recipientOf(order);
  const server = settings.whatsapp?.baseUrl ?? '';
  const ledger = createSendLedger({ db, job, log, send: { channel: 'whatsapp', recipient, messageId: job.id } });
  const earlier = await ledger.look();
  if (earlier !== null) {
    return { channel: 'whatsapp', recipient, messageId: earlier.messageId, waId: null, status: earlier.response, server };
  }
  checkWindow(order);
  await context.pace([
    { key: `whatsapp/${order.from}`, everyMs: numberEveryMs },
    { key: `whatsapp/${order.from}/${recipient}`, everyMs: recipientEveryMs },
  ]);
  await ledger.begin();
  try {
    const { messageId, waId, status } = acceptanceOf(await post(messageBody(order, job.id)));
    await ledger.end('sent', { response: status, messageId });
    return { channel: 'whatsapp', recipient, messageId, waId, status, server };
  } catch (error) {
    if (!(error instanceof GraphFailure)) throw error;
    await ledger.end(error.outcome === 'unknown' ? 'unknown' : 'refused', { response: error.message });
    if (error.outcome === 'unknown') {
      throw new TerminalFailure(`${error.message}: it may have been sent, so it is not repeated`, { cause: error });
    }
    throw endOf(error);
  }
}

/** Saying it twice is no harm, so a mark that gave no answer is made again. */
async function markRead(order: ReadOrder, post: Post, context: JobContext): Promise<{ markedRead: string }> {
  await context.pace([{ key: `whatsapp/${order.from}`, everyMs: numberEveryMs }]);
  try {
    await post(readBody(order));
  } catch (error) {
    throw error instanceof GraphFailure && error.outcome !== 'unknown' ? endOf(error) : error;
  }
  return { markedRead: order.markRead };
}

function endOf(failure: GraphFailure): Error {
  const wait = waitMs[failure.kind];
  if (wait === null) return new TerminalFailure(failure.message, { cause: failure });
  return wait === 0 ? failure : new RetryAfter(wait, failure.message, { cause: failure });
}

/** Outside the 24 hours after a user's last message only templates go out. Where it is not known when that was, Meta decides. */
function checkWindow({ message, lastInboundAt }: MessageOrder): void {
  if (message.type === 'template' || lastInboundAt === undefined) return;
  if (lastInboundAt !== null && Date.now() - Date.parse(lastInboundAt) < dayMs) return;
  const since = lastInboundAt === null ? 'the user has never written' : `the user wrote last at ${lastInboundAt}`;
  throw new TerminalFailure(`${since}, and more than 24 hours later only templates can be sent: send a template instead`);
}

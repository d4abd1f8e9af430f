import { type HandlerContext, isUuid, type PlatformEvent, terminal } from '@etis/runtime/sdk';
import { type Members, members, textOf, timeOf } from '../event-members.ts';
import { asSubject } from '../plain-text.ts';
import type { Signal } from './progress.ts';
import { signalSend } from './sends.ts';
import { keepStray } from './stray-statuses.ts';

/** WhatsApp's words for how far a message came. A voice message that was played was read. */
const steps = new Map<unknown, 'sent' | 'delivered' | 'read' | 'failed'>([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
  ['failed', 'failed'],
]);

/**
 * Hears how far a WhatsApp message came. It belongs to the send whose job's id came back with it, otherwise to the one whose message it names; one
 * that no send is known by is kept while a job's report could still name it.
 */
export async function hearStatus(event: PlatformEvent, context: HandlerContext): Promise<void> {
  const data = members(event.data);
  const messageId = textOf(data.message, 1_000);
  if (messageId === null) {
    throw terminal(`The status ${event.id} names no message, so nobody knows what it is about. Discard it.`);
  }
  const step = steps.get(data.status);
  if (step === undefined) {
    context.log.debug({ status: textOf(data.status, 40) }, 'a status that says nothing of how far a message came; passed over');
    return;
  }
  const at = timeOf(data.at, event.time);
  const news: Signal & { messageId: string } =
    step === 'failed' ? { step, at, messageId, reason: reasonOf(data.errors) } : { step, at, messageId };
  const job = data.callbackData;
  if (typeof job === 'string' && isUuid(job) && (await signalSend({ job }, [news], context))) return;
  if (await signalSend({ messageId }, [news], context)) return;
  const kept = await keepStray(news, context);
  context.log.debug({ messageId, kept }, 'a status of a message that no send is known by');
}

/** WhatsApp's first error in one line: its code, and the most telling of its texts. */
function reasonOf(errors: unknown): string {
  const error: Members = members(Array.isArray(errors) ? errors[0] : undefined);
  const texts = [error.details, members(error.errorData).details, members(error.error_data).details, error.message, error.title];
  const text = texts.map((candidate) => textOf(candidate, 2_000)).find((candidate) => candidate !== null);
  const code = typeof error.code === 'number' || typeof error.code === 'string' ? `${String(error.code).slice(0, 20)}: ` : '';
  return asSubject(`${code}${text ?? 'WhatsApp gave no reason'}`);
}

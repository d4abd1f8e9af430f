import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '@etis/kernel';
import type { Message } from '@etis/nudge';
import type { ApiClient } from '../api-client.ts';
import { readDemonstrationSecret } from '../demonstration/secret.ts';
import type { DemonstrationTenant } from '../demonstration/tenants.ts';
import { messageReceivedBody, notify } from '../demonstration/whatsapp-sender.ts';
import { clockTime, type Output, printable } from '../output.ts';
import { homeAt } from '../platform/home.ts';

/** A message that was written, and what came back. */
export interface Conversation {
  readonly flow: string;
  readonly text: string;
  readonly reply: Message | null;
}

/** Writes one WhatsApp message as a person would and waits until the reply to it was read. Without `output` it says nothing. */
export async function converse(
  demo: { config: Config; api: ApiClient; tenant: DemonstrationTenant; timeout: number },
  output: Output | null,
): Promise<Conversation> {
  const { config, api, tenant, timeout } = demo;
  const secret = await readDemonstrationSecret(homeAt(config.home).demonstrationWhatsApp);
  const text = 'Is the new plan of level 3 released?';
  const { personName, number } = tenant.whatsapp;
  output?.line();
  output?.line(`Sending a signed WhatsApp message of ${personName} to ${tenant.name} at ${api.url}/hooks/${secret.connection}`);
  const { body, messageId } = messageReceivedBody({ tenant, text });
  const flow = await notify({ url: api.url, ...secret }, body);
  const reply = await findReply(api, { tenant: tenant.id, messageId, deadline: Date.now() + timeout });
  if (output !== null) {
    output.line();
    output.line(`  ${personName} to ${number}: "${text}"`);
    if (reply === null) output.line('  No reply yet.');
    else for (const line of replyLines(reply)) output.line(line);
    output.line();
  }
  return { flow, text, reply };
}

/** The reply to a message, as soon as all that Meta tells of it was told, or at the deadline. */
async function findReply(api: ApiClient, wanted: { tenant: string; messageId: string; deadline: number }): Promise<Message | null> {
  for (;;) {
    const { items } = await api.get<{ items: readonly Message[] }>(`/api/v1/sent/whatsapp/${wanted.tenant}`);
    const reply = items.find((message) => message.direction === 'out' && message.replyTo === wanted.messageId) ?? null;
    if (reply !== null && (isComplete(reply) || Date.now() > wanted.deadline)) return reply;
    if (Date.now() > wanted.deadline) return null;
    await wait(50);
  }
}

/** Statuses come in any order, so a message can be read before it is known to be delivered. */
function isComplete(reply: Message): boolean {
  if (reply.direction !== 'out') return false;
  const { sent, delivered, read } = reply.times;
  return sent !== null && delivered !== null && read !== null;
}

function replyLines(reply: Message): string[] {
  if (reply.direction !== 'out') return [];
  // Meta tells times in whole seconds.
  const second = (at: string) => clockTime(at).slice(0, 8);
  const course = Object.entries(reply.times).flatMap(([step, at]) => (typeof at === 'string' ? [`${step} ${second(at)}`] : []));
  return [`  reply: ${printable(`"${reply.text ?? ''}"`)}`, `  ${course.join(', ')}`];
}

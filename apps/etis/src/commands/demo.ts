import { setTimeout as wait } from 'node:timers/promises';
import type { Flow, FlowStep } from '@etis/contracts/flow';
import type { Config } from '@etis/kernel';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { deliver, versionAddedBody } from '../demonstration/autodesk-sender.ts';
import type { SentMail } from '../demonstration/mail-sink.ts';
import { type DemonstrationSecret, readDemonstrationSecret } from '../demonstration/secret.ts';
import { type DemonstrationTenant, demonstrationTenants } from '../demonstration/tenants.ts';
import type { Output } from '../output.ts';
import { homeAt } from '../platform/home.ts';
import { converse } from './demo-conversation.ts';
import { flowLines } from './flow-lines.ts';

/** What one event must have led to. What a cluster has handled reaches the spine a moment later, so a flow at rest may still lack some of it. */
const outcomes = [
  'accepted',
  'normalised',
  'resolved',
  'routed',
  'handled',
  'job-enqueued',
  'job-done',
] as const satisfies FlowStep['step'][];

interface Delivered {
  readonly mailbox: string;
  readonly mail: SentMail | null;
}

/**
 * Sends one document version as Autodesk would and follows it to the mailbox, then one WhatsApp message and follows its reply until it was read.
 * Returns whether everything that should happen did.
 */
export async function demo(config: Config, options: { json?: boolean; timeout: number }, output: Output): Promise<boolean> {
  const secret = await readDemonstrationSecret(homeAt(config.home).demonstration);
  const api = await createApiClient(config);
  const tenant = demonstrationTenants[0] as DemonstrationTenant;
  if (!options.json) output.line(`Sending a signed Autodesk dm.version.added for ${tenant.name} to ${api.url}/hooks/${secret.connection}`);
  const id = await send(api, secret, tenant);
  const deadline = Date.now() + options.timeout;
  const flow = await follow(api, id, deadline);
  const delivered = await findMail(api, flow, tenant, deadline);
  if (!options.json) report({ flow, delivered }, output);
  const conversation = await converse({ config, api, tenant, timeout: options.timeout }, options.json === true ? null : output);
  const missing = [
    ...missingOutcomes(flow),
    ...(delivered.mail === null ? ['mail'] : []),
    ...(conversation.reply?.state === 'read' ? [] : ['reply']),
  ];
  if (options.json) output.json({ ok: missing.length === 0, missing, flow, delivered, conversation });
  else if (missing.length === 0) {
    output.line(`Look again at any time:  ${api.url}/console/flows/${flow.id}`);
    output.line(`or in the terminal:      npm run etis -- flow ${flow.id}`);
  } else output.line(`Missing: ${missing.join(', ')}. "npm run etis -- flow ${flow.id}" shows where it stands now.`);
  return missing.length === 0;
}

function send(api: ApiClient, secret: DemonstrationSecret, tenant: DemonstrationTenant): Promise<string> {
  const version = 1 + Math.floor(Math.random() * 20);
  return deliver({ url: api.url, ...secret }, versionAddedBody({ tenant, name: 'Level 3 - Structural plan.dwg', version }));
}

async function follow(api: ApiClient, id: string, deadline: number): Promise<Flow> {
  for (;;) {
    const flow = await api.get<Flow>(`/api/v1/flows/${id}`);
    if ((flow.settled && missingOutcomes(flow).length === 0) || Date.now() > deadline) return flow;
    await wait(50);
  }
}

/** The mail whose Message-ID the e-mail job reported, as the demonstration's mailbox holds it. */
async function findMail(api: ApiClient, flow: Flow, tenant: DemonstrationTenant, deadline: number): Promise<Delivered> {
  const messageId = flow.steps.map(messageIdOf).find((found) => found !== null);
  for (;;) {
    const { items } = await api.get<{ items: SentMail[] }>('/api/v1/sent', { limit: '1000' });
    const mail = items.find((item) => item.messageId === messageId && item.to.includes(tenant.recipient)) ?? null;
    if (mail !== null || messageId === undefined || Date.now() > deadline) return { mailbox: tenant.recipient, mail };
    await wait(50);
  }
}

function missingOutcomes(flow: Flow): string[] {
  return outcomes.filter((step) => !flow.steps.some((found) => found.step === step));
}

function messageIdOf(step: FlowStep): string | null {
  if (step.step !== 'job-done' || typeof step.result !== 'object' || step.result === null) return null;
  return 'messageId' in step.result && typeof step.result.messageId === 'string' ? step.result.messageId : null;
}

function report({ flow, delivered }: { flow: Flow; delivered: Delivered }, output: Output): void {
  output.line();
  for (const line of flowLines(flow)) output.line(line);
  output.line();
  if (delivered.mail !== null) output.line(`In the mailbox of ${delivered.mailbox}: "${delivered.mail.subject}"`);
}

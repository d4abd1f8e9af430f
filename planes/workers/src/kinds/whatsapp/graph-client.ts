import { Client } from 'undici';
import type { WhatsAppSettings } from '../../runtime/kind-settings.ts';
import { type GraphErrorClass, graphErrorAdvice, graphErrorClass } from './graph-errors.ts';

/** What the Graph API said to a message that it took. `status` is `accepted` or `held_for_quality_assessment` where it says so. */
export interface GraphAcceptance {
  readonly messageId: string;
  readonly waId: string | null;
  readonly status: string;
}

/** Why a request gave no acceptance. `unreached`: nothing was sent. `refused`: the Graph API said no. `unknown`: it may have taken the message. */
export class GraphFailure extends Error {
  override readonly name = 'GraphFailure';
  readonly outcome: 'unreached' | 'refused' | 'unknown';
  readonly kind: GraphErrorClass;

  constructor(outcome: GraphFailure['outcome'], kind: GraphErrorClass, message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
    this.kind = kind;
  }
}

export interface GraphRequest {
  readonly settings: Pick<WhatsAppSettings, 'baseUrl' | 'version'>;
  /** The phone_number_id. */
  readonly number: string;
  readonly accessToken: string;
  readonly body: object;
  readonly signal: AbortSignal;
  /** By default 10 s to connect and 20 s for the answer. */
  readonly timeouts?: { readonly connectMs: number; readonly answerMs: number };
}

const maxAnswerBytes = 256 * 1024;

/** Posts to `/{version}/{phone_number_id}/messages` and gives what a 2xx answer holds. @throws GraphFailure */
export async function postToGraph(request: GraphRequest): Promise<unknown> {
  const { settings, number, accessToken, body, signal, timeouts = { connectMs: 10_000, answerMs: 20_000 } } = request;
  const base = new URL(settings.baseUrl);
  // A connection of its own for each message: one that is used again may be closed by the other side in that very moment, and then nobody knows
  // whether the message arrived.
  const client = new Client(base.origin, {
    connect: { timeout: timeouts.connectMs },
    headersTimeout: timeouts.answerMs,
    bodyTimeout: timeouts.answerMs,
    maxResponseSize: maxAnswerBytes,
    pipelining: 1,
  });
  let reached = false;
  client.once('connect', () => {
    reached = true;
  });
  try {
    const answer = await client.request({
      method: 'POST',
      path: `${base.pathname.replace(/\/$/, '')}/${settings.version}/${encodeURIComponent(number)}/messages`,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeouts.connectMs + timeouts.answerMs)]),
    });
    const text = await answer.body.text();
    return readAnswer(answer.statusCode, text);
  } catch (error) {
    if (error instanceof GraphFailure) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (!reached) throw new GraphFailure('unreached', 'retry', `the Graph API could not be reached: ${message}`, { cause: error });
    throw new GraphFailure('unknown', 'retry', `the Graph API gave no answer: ${message}`, { cause: error });
  } finally {
    await client.destroy();
  }
}

function readAnswer(status: number, text: string): unknown {
  const content = parsed(text);
  if (status >= 200 && status < 300) {
    if (content === undefined)
      throw new GraphFailure('unknown', 'retry', `the Graph API answered ${status} with something that is not JSON`);
    return content;
  }
  const error = membersOf(membersOf(content).error);
  const code = typeof error.code === 'number' ? error.code : null;
  // A gateway that fails with words of its own may stand between us and a Graph API that took the message.
  if (code === null && status >= 500) throw new GraphFailure('unknown', 'retry', `the answer was ${status} and no error of the Graph API`);
  const kind = graphErrorClass(code, status);
  const details = membersOf(error.error_data).details ?? error.message;
  const said = typeof details === 'string' ? `: ${details.slice(0, 300)}` : '';
  throw new GraphFailure('refused', kind, `error ${code ?? status} of the Graph API, ${graphErrorAdvice(code, kind)}${said}`);
}

/** Reads the acceptance of a message. @throws GraphFailure (unknown) where a 2xx answer names no message */
export function acceptanceOf(answer: unknown): GraphAcceptance {
  const { messages, contacts } = membersOf(answer);
  const message = membersOf(Array.isArray(messages) ? messages[0] : undefined);
  const contact = membersOf(Array.isArray(contacts) ? contacts[0] : undefined);
  if (typeof message.id !== 'string' || message.id === '' || message.id.length > 500) {
    throw new GraphFailure('unknown', 'retry', 'the Graph API accepted the message without giving it an id');
  }
  return {
    messageId: message.id,
    waId: typeof contact.wa_id === 'string' ? contact.wa_id : null,
    status: typeof message.message_status === 'string' ? message.message_status : 'accepted',
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

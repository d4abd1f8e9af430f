/** How far what was sent has come. `requested` is handed over, `accepted` is taken by the outside system, which is not yet sent on. */
export const sendStates = ['requested', 'accepted', 'sent', 'delivered', 'read', 'failed'] as const;
export type SendState = (typeof sendStates)[number];

/** Why and when something did not go well. `at` is RFC 3339 in UTC with milliseconds, so that texts compare as times do. */
export interface Trouble {
  readonly at: string;
  readonly reason: string;
}

/** Everything that was heard of one send; times are the first ones, troubles the last. */
export interface Progress {
  readonly messageId: string | null;
  readonly accepted: string | null;
  readonly sent: string | null;
  readonly delivered: string | null;
  readonly read: string | null;
  /** The channel's word that it failed. */
  readonly failed: Trouble | null;
  /** The job's end without success, which proves nothing about what the channel did. */
  readonly dead: Trouble | null;
}

/** One piece of news of a send. `messageId` is the channel's own id of the message, where the news names it. */
export type Signal = { readonly messageId: string | null; readonly at: string } & (
  | { readonly step: 'accepted' | 'sent' | 'delivered' | 'read' }
  | { readonly step: 'failed' | 'dead'; readonly reason: string }
);

export const noProgress: Progress = {
  messageId: null,
  accepted: null,
  sent: null,
  delivered: null,
  read: null,
  failed: null,
  dead: null,
};

/** Adds one piece of news. The same news in any order, once or often, makes the same progress: each member only ever takes the least or the greatest. */
export function advance(progress: Progress, signal: Signal): Progress {
  const messageId = least(progress.messageId, signal.messageId);
  const { step, at } = signal;
  if (step === 'failed' || step === 'dead') return { ...progress, messageId, [step]: later(progress[step], { at, reason: signal.reason }) };
  return { ...progress, messageId, [step]: least(progress[step], at) };
}

/**
 * The state by rank, never by arrival. A failure that the channel reports ends a message only while it is not known to be delivered; a job that
 * ended without success ends it only while nothing proves that the channel took it.
 */
export function stateOf(progress: Progress): SendState {
  if (progress.read !== null) return 'read';
  if (progress.delivered !== null) return 'delivered';
  if (progress.failed !== null) return 'failed';
  if (progress.sent !== null) return 'sent';
  if (progress.accepted !== null) return 'accepted';
  return progress.dead === null ? 'requested' : 'failed';
}

/** Why it failed; null in every other state. */
export function failureOf(progress: Progress): Trouble | null {
  return stateOf(progress) === 'failed' ? (progress.failed ?? progress.dead) : null;
}

/** The most that the channel itself has said of a message whose job ended without success; null where neither is so, and nothing is to be put right. */
export function provenDespiteJob(progress: Progress): { messageId: string; status: 'sent' | 'delivered' | 'read' | 'failed' } | null {
  const { messageId, dead, accepted, read, delivered, sent, failed } = progress;
  if (messageId === null || dead === null || accepted !== null) return null;
  if (read !== null) return { messageId, status: 'read' };
  if (delivered !== null) return { messageId, status: 'delivered' };
  if (sent !== null) return { messageId, status: 'sent' };
  return failed === null ? null : { messageId, status: 'failed' };
}

function least(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function later(one: Trouble | null, other: Trouble): Trouble {
  if (one === null) return other;
  if (one.at !== other.at) return one.at > other.at ? one : other;
  return one.reason > other.reason ? one : other;
}

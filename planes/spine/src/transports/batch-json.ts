import type { BatchOutcome, LaneBatch } from '@etis/contracts/lanes';
import { EtisError, errorText } from '@etis/kernel';
import { errors } from '../errors.ts';

/** What came of a batch at the host's end. */
export type Reply =
  | { readonly outcome: BatchOutcome }
  | { readonly refused: { readonly code: string; readonly message: string; readonly isUnavailable: boolean } };

/** The same with every bigint as decimal text, so that JSON carries it. */
type AsJson<T> = T extends bigint
  ? string
  : T extends readonly (infer Item)[]
    ? readonly AsJson<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: AsJson<T[Key]> }
      : T;

export type BatchJson = Omit<AsJson<LaneBatch>, 'entries'> & {
  readonly entries: readonly { readonly position: string; readonly event: LaneBatch['entries'][number]['event'] }[];
};

export function batchJson({ entries, after, asks, ...rest }: LaneBatch): BatchJson {
  return {
    ...rest,
    entries: entries.map(({ position, event }) => ({ position: String(position), event })),
    ...(after === undefined ? {} : { after: String(after) }),
    ...(asks === undefined ? {} : { asks: asks.map(String) }),
  };
}

/** Reads what `batchJson` made; what is in an event is not looked at. @throws SPINE_TRANSPORT_UNREADABLE */
export function readBatch(json: unknown): LaneBatch {
  const { entries, after, asks, ...rest } = object(json, 'a batch') as unknown as BatchJson;
  if (typeof rest.lane !== 'string' || typeof rest.cluster !== 'string')
    throw errors.TRANSPORT_UNREADABLE('it names no lane or no cluster');
  return {
    ...rest,
    entries: list(entries).map((entry) => {
      const { position, event } = object(entry, 'an entry') as unknown as BatchJson['entries'][number];
      object(event, 'an event');
      return { position: positionOf(position), event };
    }),
    ...(after === undefined ? {} : { after: positionOf(after) }),
    ...(asks === undefined ? {} : { asks: list(asks).map(positionOf) }),
  };
}

export function replyText(reply: Reply): string {
  return JSON.stringify(reply, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/** @throws SPINE_TRANSPORT_UNREADABLE */
export function readReply(text: string): Reply {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw errors.TRANSPORT_UNREADABLE.because({ cause }, 'it is no JSON');
  }
  const reply = object(json, 'a reply') as unknown as AsJson<Reply>;
  if ('refused' in reply) {
    const { code, message, isUnavailable } = object(reply.refused, 'a refusal');
    return { refused: { code: String(code), message: String(message), isUnavailable: isUnavailable === true } };
  }
  const { handled, outgoing, failed, left } = object(reply.outcome, 'an outcome') as unknown as AsJson<BatchOutcome>;
  if (!Number.isSafeInteger(handled)) throw errors.TRANSPORT_UNREADABLE('it does not say how many entries were handled');
  return {
    outcome: {
      handled,
      ...(outgoing === undefined ? {} : { outgoing: list(outgoing).map(String) }),
      ...(failed === undefined ? {} : { failed: { ...failed, position: positionOf(failed.position) } }),
      ...(left === undefined ? {} : { left: { position: positionOf(left.position), handled: list(left.handled).map(positionOf) } }),
    },
  };
}

/** A rejection as it travels: whether the cluster could not be reached is told apart from an unknown outcome. */
export function refusalOf(error: unknown): Reply {
  const isUnavailable = error instanceof EtisError && error.kind === 'unavailable';
  const code = error instanceof EtisError ? error.code : 'ERROR';
  return { refused: { code, message: errorText(error).slice(0, 2_000), isUnavailable } };
}

/** What the dispatcher gets of a reply. @throws what the host's end rejected with */
export function outcomeOf(reply: Reply): BatchOutcome {
  if ('outcome' in reply) return reply.outcome;
  const { code, message, isUnavailable } = reply.refused;
  throw new EtisError({ code, kind: isUnavailable ? 'unavailable' : 'internal', retryable: isUnavailable, message });
}

function object(json: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw errors.TRANSPORT_UNREADABLE(`${what} is no object`);
  return json as Readonly<Record<string, unknown>>;
}

function list(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw errors.TRANSPORT_UNREADABLE('a list is none');
  return json;
}

function positionOf(json: unknown): bigint {
  if (typeof json !== 'string' || !/^-?\d{1,19}$/.test(json)) throw errors.TRANSPORT_UNREADABLE('a position is no whole number');
  return BigInt(json);
}

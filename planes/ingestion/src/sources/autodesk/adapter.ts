import { type NormalisedEvent, type SourceAdapter, SourceError } from '@etis/contracts/events';
import { jsonObject } from '../json-body.ts';
import { isMembers, type Members, members } from '../members.ts';
import { utcTime } from '../times.ts';
import { eventData, plainUrn } from './event-data.ts';
import { eventName } from './event-types.ts';
import { isDataEvent, manufacturingEvent } from './manufacturing.ts';
import { references } from './references.ts';

/** Reads Autodesk callbacks: the classic envelope `{version, resourceUrn, hook, payload}`, and Data Events, which are CloudEvents. One event each. */
export const adapter: SourceAdapter = {
  kind: 'autodesk',
  keepHeaders: ['content-type', 'x-adsk-delivery-id'],
  normalise({ body }) {
    const callback = jsonObject(body);
    return [isDataEvent(callback) ? manufacturingEvent(callback) : envelopeEvent(callback)];
  },
};

function envelopeEvent(callback: Members): NormalisedEvent {
  const { hook, payload = {} } = callback;
  if (!isMembers(hook)) throw withoutHook(callback);
  const { system, event } = hook;
  if (typeof system !== 'string' || typeof event !== 'string' || system === '' || event === '') {
    throw new SourceError('unreadable', 'The envelope does not name its system and its event (hook.system, hook.event).');
  }
  if (payload !== null && !isMembers(payload)) throw new SourceError('unreadable', "The envelope's payload is not an object.");

  const facts = members(payload);
  const { type, about, eventVersion } = eventName(system, event);
  const subject = plainUrn(callback.resourceUrn) ?? plainUrn(facts.source) ?? plainUrn(facts.sourceResource);
  return {
    type,
    source: sourceUri(system, hook.hookId),
    subject,
    time: timeOf(type, facts),
    data: { ...eventData(about, facts, subject), sourceSystem: system, sourceEvent: event, eventVersion },
    refs: references(hook, facts),
  };
}

/** Members that only payloads have: a body with one of them and without `hook` comes from a hook that sends its payload only. */
const payloadMembers = [
  'lineageUrn',
  'user_info',
  'userInfo',
  'ancestors',
  'EventType',
  'issueTypeId',
  'sequenceId',
  'ItemUrn',
  'parentFolderUrn',
];

function withoutHook(callback: Members): SourceError {
  if (callback.hook === undefined && payloadMembers.some((name) => Object.hasOwn(callback, name))) {
    return new SourceError(
      'unknown-event',
      'This callback holds the event payload only, so it does not say which event it is. Set callbackWithEventPayloadOnly to false on the hook.',
    );
  }
  return new SourceError(
    'unreadable',
    'This is not an Autodesk callback: it has neither the envelope with "hook" nor the form of a Data Event.',
  );
}

function sourceUri(system: string, hookId: unknown): string {
  const hook = typeof hookId === 'string' && /^[\w.-]{1,100}$/.test(hookId) ? `:${hookId}` : '';
  return `urn:autodesk:${system}${hook}`;
}

/** When it happened. Reserving a document leaves its times of modification as they were, so those events have times of their own. */
function timeOf(type: string, payload: Members): string | null {
  const lineage = members(members(payload.context).lineage);
  const own: Readonly<Record<string, unknown>> = {
    'document.lineage.reserved': lineage.reservedTime,
    'document.lineage.unreserved': lineage.unreservedTime,
    'operation.completed': payload.endTime,
  };
  const candidates = [own[type], payload.modifiedTime, payload.updatedAt, payload.TimeStamp, payload.startTime, payload.createdTime];
  for (const candidate of candidates) {
    const time = utcTime(candidate);
    if (time !== null) return time;
  }
  return null;
}

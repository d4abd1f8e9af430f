import { type NormalisedEvent, SourceError } from '@etis/contracts/events';
import { id, type Members, members, plainMembers, quoted } from '../members.ts';
import { utcTime } from '../times.ts';
import { distinct, kind } from './references.ts';

/** `autodesk.data.pim:milestone.created-1.0.0`, `autodesk.data.assetgraph:events.asset.created-1.0.0`. */
const typePattern =
  /^(autodesk\.data(?:\.[a-z0-9]{1,40}){0,4}):(?:events\.)?([a-z0-9]{1,60}(?:\.[a-z0-9]{1,60}){0,5})(?:-(\d{1,4}(?:\.\d{1,4}){0,3}))?$/i;

/** Whether a callback is a CloudEvent instead of the classic envelope: that is how Autodesk sends Data Events. */
export function isDataEvent(callback: Members): boolean {
  return typeof callback.specversion === 'string' && typeof callback.type === 'string';
}

/** A Data Event of the manufacturing data model. @throws SourceError `unreadable` or `unknown-event`. */
export function manufacturingEvent(callback: Members): NormalisedEvent {
  const type = String(callback.type);
  const [, sourceSystem, name, eventVersion = null] = typePattern.exec(type) ?? [];
  const source = id(callback.source);
  if (callback.specversion !== '1.0' || source === null) {
    throw new SourceError('unreadable', 'This looks like a CloudEvent, but its specversion is not 1.0 or its source is missing.');
  }
  if (sourceSystem === undefined || name === undefined) {
    throw new SourceError(
      'unknown-event',
      `There are no words for the Data Event ${quoted(type)}; known are types that begin with "autodesk.data".`,
    );
  }
  const data = members(callback.data);
  const scopes = Array.isArray(data.scopes) ? data.scopes.slice(0, 20) : [];
  return {
    type: `manufacturing.${name.toLowerCase()}`,
    source,
    subject: id(callback.subject),
    time: utcTime(callback.time),
    data: { ...plainMembers(data), sourceSystem, sourceEvent: type, eventVersion },
    refs: distinct([...kind('collection', [data.collectionurn]), ...kind('space', scopes), ...kind('scope', [data.acescopeurn])]),
  };
}

import { type ExternalRef, type NormalisedEvent, type SourceAdapter, SourceError } from '@etis/contracts/events';
import { jsonObject } from '../json-body.ts';
import { jsonExtract } from '../json-copy.ts';
import { idOrNumber, type Members, members, text } from '../members.ts';
import { utcTimeOfSeconds } from '../times.ts';
import { accountEvent, preferenceEvent } from './account-events.ts';
import { echoEvent, messageEvent, type Surroundings } from './message.ts';
import { contactsOf } from './people.ts';
import { reportedErrors } from './reported-errors.ts';
import { statusEvent } from './status.ts';

/**
 * Reads WhatsApp notifications. One POST may hold the changes of many accounts, so each message, status and change becomes an event of its own,
 * directed by the business number it belongs to. One that cannot be read becomes `whatsapp.unsupported.received` with its raw piece, and takes
 * nothing else with it.
 */
export const adapter: SourceAdapter = {
  kind: 'whatsapp',
  keepHeaders: ['content-type'],
  normalise({ body }) {
    const { object, entry } = jsonObject(body);
    if (object !== 'whatsapp_business_account' || !Array.isArray(entry)) {
      throw new SourceError(
        'unreadable',
        'This is no WhatsApp notification: "object" is not "whatsapp_business_account" with a list "entry".',
      );
    }
    const events: NormalisedEvent[] = [];
    for (const item of entry) readEntry(item, (event) => add(events, event));
    if (events.length === 0) throw new SourceError('unreadable', 'The notification holds no change at all.');
    return events;
  },
};

/** Meta sends up to 1,000 changes at once. */
const eventsAtMost = 1_000;

function add(events: NormalisedEvent[], event: NormalisedEvent): void {
  if (events.length === eventsAtMost)
    throw new SourceError('unreadable', `The notification holds more than ${eventsAtMost} messages, statuses and changes.`);
  events.push(event);
}

type Add = (event: NormalisedEvent) => void;

/** Where a piece of the notification stands: whose it is, and when that was said. */
interface Place {
  readonly account: string | null;
  readonly phoneNumberId: string | null;
  readonly time: string | null;
}

function readEntry(entry: unknown, add: Add): void {
  const { id, time, changes } = members(entry);
  const place = { account: idOrNumber(id), phoneNumberId: null, time: utcTimeOfSeconds(time) };
  if (!Array.isArray(changes)) add(unsupported('entry', entry, place));
  else for (const change of changes) readChange(change, place, add);
}

function readChange(change: unknown, place: Place, add: Add): void {
  const { field, value } = members(change);
  if (typeof field !== 'string' || value === undefined) {
    add(unsupported('change', change, place));
    return;
  }
  const lists = listsOf(field, members(value));
  if (lists.length > 0) {
    readItems(members(value), lists, { place, add });
    return;
  }
  const { account, time } = place;
  const { type, subject, time: said, data } = accountEvent({ field, value, account, time });
  add(event(withNumber(place, value), { type, subject, time: said, data }));
}

interface ItemList {
  readonly part: string;
  readonly items: readonly unknown[];
  readonly read: ReadItem;
}

type ReadItem = (item: unknown, around: Surroundings) => Pick<NormalisedEvent, 'type' | 'subject' | 'data'> | null;

/** The members of a change's value whose items are events of their own, by field. */
const itemReaders: ReadonlyMap<string, readonly (readonly [part: string, read: ReadItem])[]> = new Map([
  [
    'messages',
    [
      ['messages', messageEvent],
      ['statuses', statusEvent],
    ],
  ],
  ['smb_message_echoes', [['message_echoes', echoEvent]]],
  ['user_preferences', [['user_preferences', preferenceEvent]]],
]);

function listsOf(field: string, value: Members): readonly ItemList[] {
  return (itemReaders.get(field) ?? []).flatMap(([part, read]) => {
    const found = value[part] ?? [];
    // What should be a list and is none still says something, and is kept as one item.
    const items = Array.isArray(found) ? found : [found];
    return items.length === 0 ? [] : [{ part, items, read }];
  });
}

function readItems(value: Members, lists: readonly ItemList[], { place, add }: { place: Place; add: Add }): void {
  const here = withNumber(place, value);
  const around: Surroundings = {
    number: { phoneNumberId: here.phoneNumberId, displayPhoneNumber: text(members(value.metadata).display_phone_number, 100) },
    contacts: contactsOf(value.contacts),
    errors: reportedErrors(value.errors),
  };
  for (const { part, items, read } of lists) {
    for (const item of items) {
      const found = read(item, around);
      add(found === null ? unsupported(part, item, here) : event(here, { time: utcTimeOfSeconds(members(item).timestamp), ...found }));
    }
  }
}

function withNumber(place: Place, value: unknown): Place {
  return { ...place, phoneNumberId: idOrNumber(members(members(value).metadata).phone_number_id) };
}

function unsupported(part: string, piece: unknown, place: Place): NormalisedEvent {
  const { account, phoneNumberId, time } = place;
  const raw = jsonExtract(piece, { textLength: 5_000 });
  return event(place, { type: 'whatsapp.unsupported.received', subject: null, time, data: { account, phoneNumberId, part, raw } });
}

function event(place: Place, said: Pick<NormalisedEvent, 'type' | 'subject' | 'time' | 'data'>): NormalisedEvent {
  return { ...said, source: sourceOf(place), refs: refsOf(place, said.data), directed: true };
}

function sourceOf({ phoneNumberId, account }: Place): string {
  if (phoneNumberId !== null) return `urn:whatsapp:phone-number:${phoneNumberId}`;
  return account === null ? 'urn:whatsapp' : `urn:whatsapp:account:${account}`;
}

/** The business number before the account; a partner's own account tells of a client's account inside. */
function refsOf({ phoneNumberId, account }: Place, data: unknown): readonly ExternalRef[] {
  const client = idOrNumber(members(members(data).wabaInfo).wabaId);
  const ids = [
    ['phone-number', phoneNumberId],
    ['account', client],
    ['account', account === client ? null : account],
  ] as const;
  return ids.flatMap(([kind, id]) => (id === null ? [] : [{ system: 'whatsapp', kind, id }]));
}

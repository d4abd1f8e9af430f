import { type SourceAdapter, SourceError } from '@etis/contracts/events';
import { eventType } from '../event-type.ts';
import { jsonObject } from '../json-body.ts';
import { wholeJson } from '../json-copy.ts';
import { quoted } from '../members.ts';
import { utcTime } from '../times.ts';

/**
 * Reads Standard Webhooks: `{type, timestamp, data}` becomes the event `hooks.<type>` with that data. What a type may not hold is written as
 * a hyphen.
 */
export const adapter: SourceAdapter = {
  kind: 'standard-webhooks',
  keepHeaders: ['content-type', 'webhook-id', 'svix-id'],
  normalise({ body, connection }) {
    const message = jsonObject(body);
    const { type } = message;
    if (typeof type !== 'string') {
      throw new SourceError('unknown-event', 'The body does not say which event it is: Standard Webhooks name it in the member "type".');
    }
    const name = eventType(`hooks.${type.replaceAll(/[^A-Za-z0-9_.-]+/g, '-')}`);
    if (name === null) {
      throw new SourceError(
        'unknown-event',
        `The type ${quoted(type)} cannot be the name of an event: a name has words of letters, digits, "_" and "-" with single dots between them.`,
      );
    }
    return [
      {
        type: name,
        source: `urn:standard-webhooks:${connection}`,
        subject: null,
        time: utcTime(message.timestamp),
        data: wholeJson(message.data ?? null),
        refs: [{ system: 'standard-webhooks', kind: 'connection', id: connection }],
      },
    ];
  },
};

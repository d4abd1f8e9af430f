import { Readable } from 'node:stream';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';

/** Bytes that may wait for a reader; one that is further behind is cut off, and comes back with what it saw last. */
const maxWaiting = 262_144;

/**
 * The feed as `text/event-stream`: `event: change` with `{resource, id, version}`. The id of a governed change is its version, given with the
 * last change of the version, so that whoever comes back with it missed nothing. Ends with the feed. @throws CONTROL_CHANGES_FULL
 */
export function changeStream(feed: ChangeFeed, after: number | null): Readable {
  const stream = new Readable({ read() {} });
  const write = (text: string): void => {
    if (stream.destroyed || stream.readableEnded) return;
    if (stream.readableLength > maxWaiting) stream.destroy();
    else stream.push(text);
  };
  // What a reader that never saw a change comes back with; in between the retry is short, because an end is mostly a restart.
  write(`retry: 1000\n${after === null ? `id: ${feed.version()}\n` : ''}event: ready\ndata: {"version":${feed.version()}}\n\n`);
  const stop = feed.subscribe(
    {
      deliver: (batch) => write(eventsOf(batch)),
      heartbeat: () => write(': heartbeat\n\n'),
      end: () => stream.push(null),
    },
    after,
  );
  stream.once('close', stop);
  return stream;
}

function eventsOf({ version, changes }: ChangeBatch): string {
  return changes
    .map(({ resource, id }, index) => {
      const last = version !== null && index === changes.length - 1 ? `id: ${version}\n` : '';
      return `${last}event: change\ndata: ${JSON.stringify({ resource, id, version })}\n\n`;
    })
    .join('');
}

/** The governed version in a `Last-Event-ID`; null where there is none. A text that is no version counts as one that is no longer known. */
export function readLastEventId(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string' || header === '') return null;
  return /^\d{1,15}$/.test(header) ? Number(header) : -1;
}

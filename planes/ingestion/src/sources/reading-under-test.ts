import { type Delivery, type NormalisedEvent, SourceError } from '@etis/contracts/events';
import { expect } from 'vitest';
import { sourceAdapters } from '../index.ts';

/** Reads a body through the plane's public door; the connection is named as its source. */
export function normalise(source: string, body: Uint8Array | string, headers: Delivery['headers'] = {}): readonly NormalisedEvent[] {
  const adapter = sourceAdapters.get(source);
  if (adapter === undefined) throw new Error('no adapter of this kind');
  return adapter.normalise({ body: Buffer.from(body), headers, connection: source });
}

/** Why a body is not understood. */
export function refusalOf(source: string, body: Uint8Array | string, headers: Delivery['headers'] = {}): SourceError {
  try {
    normalise(source, body, headers);
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error('it was understood');
}

/** What holds of whatever an adapter makes of any bytes: events that can be kept, subscribed to and searched, or a `SourceError`. */
export function readsInBounds(source: string, body: Uint8Array | string, headers: Delivery['headers'] = {}): readonly NormalisedEvent[] {
  let events: readonly NormalisedEvent[];
  try {
    events = normalise(source, body, headers);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    expect(['unreadable', 'unknown-event']).toContain(error.reason);
    return [];
  }
  expect(events.length).toBeGreaterThan(0);
  expect(events.length).toBeLessThanOrEqual(1_000);
  for (const event of events) {
    expect(event.type).toMatch(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/);
    expect(event.type.length).toBeLessThanOrEqual(200);
    expect(event.source).toMatch(/^[!-~]{1,1000}$/);
    expect(event.subject?.length ?? 0).toBeLessThanOrEqual(1_000);
    if (event.time !== null) expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    for (const ref of event.refs) expect(ref.id).toMatch(/^[!-~]{1,1000}$/);
    expect(textsIn(event).filter((text) => text.includes('\0') || !text.isWellFormed())).toEqual([]);
    expect(() => JSON.stringify(event)).not.toThrow();
  }
  return events;
}

/** Every text and name in a value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]);
}

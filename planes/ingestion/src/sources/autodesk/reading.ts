import { type NormalisedEvent, SourceError } from '@etis/contracts/events';
import { sourceAdapters } from '../../index.ts';

/** Reads a body through the plane's public door. */
export function normalise(body: Buffer | string): readonly NormalisedEvent[] {
  const adapter = sourceAdapters.get('autodesk');
  if (adapter === undefined) throw new Error('no adapter of this kind');
  return adapter.normalise({ body: Buffer.from(body), headers: {}, connection: 'acc' });
}

/** The one event that a callback holds. */
export function read(body: unknown): NormalisedEvent & { data: Record<string, unknown> } {
  const [event, ...more] = normalise(JSON.stringify(body));
  if (event === undefined || more.length > 0) throw new Error('a callback holds one event');
  return event as NormalisedEvent & { data: Record<string, unknown> };
}

/** Why a body is not understood. */
export function refusalOf(body: Buffer | string): SourceError {
  try {
    normalise(body);
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error('it was understood');
}

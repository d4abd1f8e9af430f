import { isUuid } from '@etis/kernel';

/** What a dead letter's id names: an entry by its lane and position, or a job. */
export type DeadLetterId =
  | { readonly kind: 'entry'; readonly lane: string; readonly position: string }
  | { readonly kind: 'job'; readonly job: string };

const entryPattern = /^([a-z0-9-]{1,40}\/[a-z0-9-]{1,40}):(\d{1,18})$/;

/** Reads the id of a dead letter as the list of them writes it; undefined for a text that is none. */
export function readDeadLetterId(id: string): DeadLetterId | undefined {
  if (isUuid(id)) return { kind: 'job', job: id };
  const [, lane, position] = entryPattern.exec(id) ?? [];
  return lane === undefined || position === undefined ? undefined : { kind: 'entry', lane, position };
}

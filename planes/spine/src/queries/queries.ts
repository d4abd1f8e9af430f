import type { SpineQueries } from '@etis/contracts/flow';
import type { Governance } from '@etis/contracts/governance';
import type { SystemDb } from '@etis/postgres';
import { createDeadLettersQuery } from './dead-letters.ts';
import { createEventsQuery } from './events.ts';
import { createFlowQuery } from './flow.ts';
import { createLanesQuery } from './lanes.ts';
import { createUnmatchedQuery } from './unmatched.ts';

/** What people may ask of the record. Sees all tenants: whoever asks for one names it in the request. */
export function createQueries(options: { db: SystemDb; governance: Governance }): SpineQueries {
  const { db } = options;
  return {
    flow: createFlowQuery(options),
    events: createEventsQuery(db),
    unmatched: createUnmatchedQuery(db),
    deadLetters: createDeadLettersQuery(db),
    lanes: createLanesQuery(db),
  };
}

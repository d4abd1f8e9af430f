import { Environment } from '@marcbachmann/cel-js';
import { celLimits, checkCalls } from './cel-calls.ts';
import { errorCatalogue, errorText } from './errors.ts';

const errors = errorCatalogue('EVENT', {
  FILTER_INVALID: { kind: 'invalid', message: (reason: string) => `The filter is refused: ${reason}.` },
});

/** What a filter may look at, under the name `event`. */
export interface FilterSubject {
  readonly type: string;
  readonly source: string;
  readonly subject: string | null;
  readonly tenant: string;
  readonly project: string | null;
  readonly region: string | null;
  /** RFC 3339 in UTC. */
  readonly time: string;
  /** As bigint, because an integer of the language is one. */
  readonly hop: bigint;
  /** What JSON.parse gave. A getter that parses only when it is asked works as well. */
  readonly data: unknown;
}

/** Whether an event is taken; `error` is why no answer came of it, and then it is not taken. */
export type FilterAnswer = { readonly takes: true } | { readonly takes: false; readonly error: string | null };

/** A compiled filter. It never throws, has no clock, and its cost is bounded by its own length and that of what it compares. */
export type EventFilter = (event: FilterSubject) => FilterAnswer;

export const maxFilterLength = 1_000;

const environment = new Environment({
  limits: celLimits,
}).registerVariable({
  name: 'event',
  schema: {
    ...{ type: 'string', source: 'string', subject: 'dyn', tenant: 'string', project: 'dyn', region: 'dyn' },
    ...{ time: 'string', hop: 'int', data: 'dyn' },
  },
});

const taken: FilterAnswer = Object.freeze({ takes: true });
const refused: FilterAnswer = Object.freeze({ takes: false, error: null });

/**
 * Compiles a condition in CEL over one event, for example `event.data.size > 1000 && event.region == "eu"`. It has to give true or false; what
 * only the data decides is compared (`event.data.urgent == true`). A field that is missing gives no answer; `has(event.data.x)` asks for it.
 * @throws EVENT_FILTER_INVALID where it does not parse, does not fit the attributes, is longer than 1,000 characters or calls what is not allowed
 */
export function compileFilter(text: string): EventFilter {
  if (text.length > maxFilterLength) throw errors.FILTER_INVALID(`it has more than ${maxFilterLength} characters`);
  const checked = environment.check(text);
  if (checked.error !== undefined) {
    const { summary, range } = checked.error;
    throw errors.FILTER_INVALID(`${summary}${range === undefined ? '' : `, at character ${range.start + 1}`}`);
  }
  if (checked.type !== 'bool') throw errors.FILTER_INVALID(`it gives ${checked.type}, and has to give true or false`);
  const evaluate = environment.parse(text);
  checkCalls(evaluate.ast, (reason) => {
    throw errors.FILTER_INVALID(reason);
  });
  return (event) => {
    try {
      return evaluate({ event }) === true ? taken : refused;
    } catch (error) {
      return { takes: false, error: errorText(error).split('\n', 1)[0] ?? '' };
    }
  };
}

import { errors } from '../errors.ts';
import type { Filter } from './query-input.ts';

/** One condition. A row without a value meets `is-null` and `not-equals`, and no other. @throws PULSE_QUERY_INVALID */
export function compileFilter({ dimension, operator, values = [] }: Filter, to: { column: string; add(value: string): string }): string {
  const { column } = to;
  const wanted = { equals: 1, 'not-equals': 1, contains: 1, 'is-null': 0, in: null }[operator];
  if (wanted !== null && values.length !== wanted) {
    throw errors.QUERY_INVALID(`the filter of "${dimension}" takes ${wanted === 0 ? 'no value' : 'one value'} for ${operator}`);
  }
  if (operator === 'is-null') return `${column} is null`;
  const bound = values.map((value) => `${to.add(String(value))}::varchar`);
  const text = `${column}::varchar`;
  if (operator === 'in') return bound.length === 0 ? 'false' : `coalesce(${text} in (${bound.join(', ')}), false)`;
  const [only = ''] = bound;
  if (operator === 'contains') return `coalesce(contains(lower(${text}), lower(${only})), false)`;
  return operator === 'equals' ? `${text} is not distinct from ${only}` : `${text} is distinct from ${only}`;
}

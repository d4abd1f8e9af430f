import { errors } from '../errors.ts';
import type { DatasetModel, Measure } from '../model/dataset-model.ts';
import { isDenied, type Policy } from '../policies/policy.ts';
import { compileFilter } from './compile-filter.ts';
import { parameters } from './parameters.ts';
import type { Query } from './query-input.ts';
import { isTimezone, readTime } from './time-input.ts';

export interface CompiledQuery {
  readonly sql: string;
  readonly values: readonly (string | boolean)[];
  /** Names of the answer's columns, in order: `time` where a grain was asked for, dimensions, measures. */
  readonly columns: readonly string[];
}

/**
 * The SQL of a query: identifiers of the model and words of this file, and a parameter for whatever the caller said. What the policy denies is
 * as if the model did not have it. @throws PULSE_NAME_UNKNOWN, PULSE_QUERY_INVALID
 */
export function compileQuery(model: DatasetModel, query: Query, policy: Policy): CompiledQuery {
  const { dataset } = model;
  const { add, values } = parameters();
  const measureOf = (name: string): Measure => {
    const measure = Object.hasOwn(model.measures, name) ? model.measures[name] : undefined;
    if (measure === undefined || isDenied(policy.deniedMeasures, dataset, name)) throw errors.NAME_UNKNOWN('measure', name, dataset);
    return measure;
  };
  const columnOf = (name: string): string => {
    const dimension = Object.hasOwn(model.dimensions, name) ? model.dimensions[name] : undefined;
    if (dimension === undefined || isDenied(policy.deniedDimensions, dataset, name)) throw errors.NAME_UNKNOWN('dimension', name, dataset);
    return quoted(dimension.column);
  };
  const { measures, dimensions = [], filters = [], timezone = 'UTC', limit = 1_000 } = query;
  if (!isTimezone(timezone)) throw errors.QUERY_INVALID('its timezone is not an IANA name such as Europe/Berlin');

  const selected: { name: string; sql: string }[] = [];
  if (query.grain !== undefined) selected.push({ name: 'time', sql: bucket(model.time, query.grain, add(timezone)) });
  for (const name of dimensions) selected.push({ name, sql: columnOf(name) });
  const groups = selected.length;
  for (const name of measures) selected.push({ name, sql: aggregated(measureOf(name)) });
  const columns = selected.map(({ name }) => name);
  if (new Set(columns).size !== columns.length) throw errors.QUERY_INVALID('it asks for something twice');

  const conditions: string[] = [];
  if (policy.projects !== null)
    conditions.push(`list_contains([${policy.projects.map(add).join(', ')}]::varchar[], ${quoted(model.project)})`);
  const time = quoted(model.time);
  if (query.from !== undefined) conditions.push(`${time} >= ${add(readTime(query.from, 'from'))}::timestamptz`);
  if (query.to !== undefined) conditions.push(`${time} < ${add(readTime(query.to, 'to'))}::timestamptz`);
  for (const filter of filters) conditions.push(compileFilter(filter, { column: columnOf(filter.dimension), add }));

  const order = (query.order ?? columns.slice(0, groups).map((by) => ({ by, descending: false }))).map(({ by, descending }) => {
    const position = columns.indexOf(by) + 1;
    if (position === 0) throw errors.QUERY_INVALID(`it is to be ordered by "${by}", which it does not ask for`);
    return `${position} ${descending ? 'desc' : 'asc'} nulls last`;
  });
  const sql = [
    `select ${selected.map(({ name, sql: expression }) => `${expression} as ${quoted(name)}`).join(', ')}`,
    `from ${dataset.split('.').map(quoted).join('.')}`,
    ...(conditions.length > 0 ? [`where ${conditions.join(' and ')}`] : []),
    ...(groups > 0 ? [`group by ${numbers(groups)}`] : []),
    ...(order.length > 0 ? [`order by ${order.join(', ')}`] : []),
    `limit ${limit}`,
  ].join('\n');
  return { sql, values: values(), columns };
}

/** The bucket's begin in the timezone, as text. Weeks begin on Monday. */
function bucket(column: string, grain: NonNullable<Query['grain']>, timezone: string): string {
  return `strftime(date_trunc('${grain}', ${quoted(column)} at time zone ${timezone}), '%Y-%m-%dT%H:%M:%S')`;
}

function aggregated({ aggregate, column }: Measure): string {
  if (column === undefined) return 'count(*)::double';
  const of = quoted(column);
  const written: Record<Measure['aggregate'], string> = {
    count: `count(${of})`,
    'count-distinct': `count(distinct ${of})`,
    sum: `sum(${of})`,
    average: `avg(${of})`,
    minimum: `min(${of})`,
    maximum: `max(${of})`,
    median: `median(${of})`,
  };
  return `${written[aggregate]}::double`;
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => index + 1).join(', ');
}

/** @throws where the model itself is wrong */
function quoted(identifier: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(identifier)) throw new Error(`"${identifier}" of a model is not an identifier`);
  return `"${identifier}"`;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { models } from '../model/models.ts';
import { everything, type Policy } from '../policies/policy.ts';
import { compileQuery } from './compile-query.ts';
import { grains, operators, type Query } from './query-input.ts';

const model = [...models.values()].find(({ dataset }) => dataset === 'construction.issue_lead_times');
if (model === undefined) throw new Error('the model is gone');
const base: Query = { dataset: model.dataset, measures: ['issues'] };
const compile = (query: Partial<Query> = {}, policy: Partial<Policy> = {}) =>
  compileQuery(model, { ...base, ...query }, { ...everything, ...policy });
const code = (name: string) => expect.objectContaining({ code: `PULSE_${name}` });

const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom("'; drop table x; --", '$1', '"; select', "read_parquet('/etc/passwd')", '\u0000', '{{}}', '*/ union select 1 /*'),
);
const dimension = fc.constantFrom(...Object.keys(model.dimensions));
const filter = fc.oneof(
  fc.record({ dimension, operator: fc.constantFrom('equals', 'not-equals', 'contains'), values: fc.tuple(hostile) }),
  fc.record({ dimension, operator: fc.constant('in'), values: fc.array(hostile, { maxLength: 4 }) }),
) as fc.Arbitrary<NonNullable<Query['filters']>[number]>;

describe('the SQL of a query', () => {
  it('is the same whatever the caller says, and all that is said is bound', () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 4 }), fc.array(hostile, { maxLength: 3 }), (filters, projects) => {
        const compiled = compile({ filters }, { projects });
        const blank = filters.map((one) => ({ ...one, values: one.values?.map(() => 'x') ?? [] }));
        expect(compiled.sql).toBe(compile({ filters: blank }, { projects: projects.map(() => 'x') }).sql);
        expect(compiled.values).toEqual([...projects, ...filters.flatMap(({ values = [] }) => values)]);
      }),
    );
  });

  it('has nothing but words and names of the model in it', () => {
    const words =
      /^(select|as|from|where|and|group|order|limit|by|is|not|distinct|null|nulls|last|asc|desc|in|count|avg|sum|median|list_contains|coalesce|contains|lower|false|strftime|date_trunc|at|time|zone|double|varchar|timestamptz|hour|day|week|month|quarter|year|Y|m|d|dT|H|M|S|[0-9]+)$/;
    const names = new Set([
      'construction',
      'issue_lead_times',
      model.time,
      model.project,
      ...Object.keys(model.measures),
      ...Object.keys(model.dimensions),
      ...Object.values(model.measures).flatMap(({ column }) => column ?? []),
      ...Object.values(model.dimensions).map(({ column }) => column),
    ]);
    const shape = fc.record({
      measures: fc.uniqueArray(fc.constantFrom(...Object.keys(model.measures)), { minLength: 1 }),
      dimensions: fc.uniqueArray(dimension),
      grain: fc.option(fc.constantFrom(...grains), { nil: undefined }),
      filters: fc.array(filter, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(shape, ({ grain, ...rest }) => {
        const { sql } = compile({ ...rest, ...(grain === undefined ? {} : { grain }), from: '2026-01-01T00:00:00Z' }, { projects: ['x'] });
        const unknown = (sql.match(/[A-Za-z0-9_]+/g) ?? []).filter((word) => !words.test(word) && !names.has(word));
        expect(unknown).toEqual([]);
      }),
    );
  });

  it('refuses names that are not of the model', () => {
    fc.assert(
      fc.property(
        hostile.filter((name) => !Object.hasOwn(model.measures, name) && !Object.hasOwn(model.dimensions, name)),
        (name) => {
          expect(() => compile({ measures: [name] })).toThrow(code('NAME_UNKNOWN'));
          expect(() => compile({ dimensions: [name] })).toThrow(code('NAME_UNKNOWN'));
          expect(() => compile({ filters: [{ dimension: name, operator: 'is-null' }] })).toThrow(code('NAME_UNKNOWN'));
          expect(() => compile({ order: [{ by: name }] })).toThrow(code('QUERY_INVALID'));
        },
      ),
    );
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(() => compile({ measures: [name] })).toThrow(code('NAME_UNKNOWN'));
      expect(() => compile({ dimensions: [name] })).toThrow(code('NAME_UNKNOWN'));
    }
  });

  it.each<[string, Partial<Query>]>([
    ['a timezone that is none', { grain: 'day', timezone: "UTC' --" }],
    ['an offset as a timezone', { grain: 'day', timezone: '+02:00' }],
    ['a time without an offset', { from: '2026-01-01T00:00:00' }],
    ['a day that is none', { to: '2026-13-41T00:00:00Z' }],
    ['the same twice', { measures: ['issues', 'issues'] }],
    ['no value', { filters: [{ dimension: 'status', operator: 'equals' }] }],
    ['two values', { filters: [{ dimension: 'status', operator: 'contains', values: ['a', 'b'] }] }],
    ['a value too many', { filters: [{ dimension: 'status', operator: 'is-null', values: ['a'] }] }],
  ])('refuses %s', (_, query) => {
    expect(() => compile(query)).toThrow(code('QUERY_INVALID'));
  });
});

describe('a policy', () => {
  it('narrows the rows of every query', () => {
    expect(compile({}, { projects: [] }).sql).toContain('where list_contains([]::varchar[], "project")');
    expect(compile({}, { projects: ['tower'] })).toMatchObject({
      sql: expect.stringContaining('where list_contains([$1]::varchar[], "project")'),
      values: ['tower'],
    });
  });

  it('hides what it denies wherever it is named', () => {
    for (const denied of ['issues', `${model.dataset}.issues`]) {
      expect(() => compile({}, { deniedMeasures: [denied] })).toThrow(code('NAME_UNKNOWN'));
    }
    const policy = { deniedDimensions: ['status'] };
    expect(() => compile({ dimensions: ['status'] }, policy)).toThrow(code('NAME_UNKNOWN'));
    for (const operator of operators) {
      expect(() => compile({ filters: [{ dimension: 'status', operator, values: [] }] }, policy)).toThrow(code('NAME_UNKNOWN'));
    }
    expect(compile({}, { deniedMeasures: ['construction.other.issues'] }).columns).toEqual(['issues']);
  });
});

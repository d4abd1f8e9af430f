import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter, type FilterSubject, maxFilterLength } from './event-filter.ts';

function subject(overrides: Partial<FilterSubject> = {}): FilterSubject {
  return {
    type: 'document.added',
    source: '/autodesk',
    subject: null,
    tenant: 'acme',
    project: 'tower',
    region: 'eu',
    time: '2026-11-23T10:00:00Z',
    hop: 0n,
    data: { size: 2_000, tags: ['a', 'b'], name: 'plan.pdf', urgent: true },
    ...overrides,
  };
}

describe('a filter of events', () => {
  it.each([
    ['event.data.size > 1000 && event.region == "eu"', true],
    ['event.data.size > 5000', false],
    ['event.data.urgent == true', true],
    ['event.subject == null', true],
    ['event.hop > 0', false],
    ['"b" in event.data.tags', true],
    ['event.data.name.endsWith(".pdf")', true],
    ['has(event.data.nothing)', false],
    ['has(event.data.nothing) && event.data.nothing == 1', false],
    ['event.type in ["document.added", "document.removed"]', true],
    ['timestamp(event.time) > timestamp("2026-01-01T00:00:00Z")', true],
  ])('answers %s with %s', (text, takes) => {
    expect(compileFilter(text)(subject())).toEqual(takes ? { takes } : { takes, error: null });
  });

  it.each([
    ['event.data.nothing == 1', 'No such key'],
    ['event.subject.startsWith("x")', 'no matching overload'],
    ['event.data.constructor == 1', 'No such key'],
    ['timestamp(event.data.name) > timestamp("2026-01-01T00:00:00Z")', 'timestamp'],
  ])('does not take what %s has no answer for, and says why', (text, why) => {
    const answer = compileFilter(text)(subject());
    expect(answer).toMatchObject({ takes: false, error: expect.stringContaining(why) });
  });

  it.each([
    ['1 +', 'at character 4'],
    ['', 'refused'],
    ['event.nothing == 1', 'No such key: nothing, at character 7'],
    ['event.type == 3', 'string == int'],
    ['tenant == "acme"', 'tenant'],
    ['event.hop', 'it gives int'],
    ['event.data.urgent', 'it gives dyn'],
    ['event.type.matches("(a+)+$")', 'matches is not for filters'],
    ['event.data.tags.exists(t, t == "a")', 'exists is not for filters'],
    ['event.data.tags.map(t, t).size() > 1', 'map is not for filters'],
    ['true || event.data.tags.all(t, t == "a")', 'all is not for filters'],
    ['[event.data.tags.exists(t, true)][0]', 'exists is not for filters'],
    [`event.type == "${'a'.repeat(maxFilterLength)}"`, 'more than 1000 characters'],
    [Array.from({ length: 110 }, () => 'true').join('&&'), 'refused'],
  ])('refuses case %# of a wrong filter', (text, why) => {
    expect(() => compileFilter(text)).toThrow(
      expect.objectContaining({ code: 'EVENT_FILTER_INVALID', message: expect.stringContaining(why) }),
    );
  });

  it('reads the data only where it is asked for', () => {
    let reads = 0;
    const lazy = Object.defineProperty(subject(), 'data', {
      enumerable: true,
      get: () => {
        reads += 1;
        return { size: 1 };
      },
    });
    expect(compileFilter('event.tenant == "birch" && event.data.size == 1')(lazy).takes).toBe(false);
    expect(reads).toBe(0);
    expect(compileFilter('event.data.size == 1')(lazy).takes).toBe(true);
    expect(reads).toBe(1);
  });

  it('answers for any data, the same each time, and never throws', () => {
    const filters = [
      'event.data.a.b > 1',
      'event.data == [1]',
      '"x" in event.data',
      'event.data.a.startsWith("x")',
      'size(event.data) > 1',
    ];
    const compiled = filters.map(compileFilter);
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...compiled), (data, filter) => {
        const first = filter(subject({ data }));
        expect(typeof first.takes).toBe('boolean');
        expect(filter(subject({ data }))).toEqual(first);
      }),
    );
  });
});

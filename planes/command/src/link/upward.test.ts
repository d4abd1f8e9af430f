import { createSigningKey, sign } from '@etis/agent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAcknowledgement, readReceiptOwner, readUpward } from './upward.ts';

const signed = sign(createSigningKey(), 'receipt', { subscriber: 'router.node-1' });
const report = { subscriber: 'router.node-1' };
const whole = {
  acknowledgement: { type: 'acknowledgement', signed },
  receipt: { type: 'receipt', signed },
  shown: { type: 'shown', manifest: signed, certificates: [signed], directives: [] },
  beat: { type: 'beat' },
  telemetry: { type: 'telemetry', batch: { sequence: 1, reports: [report] } },
  audit: { type: 'audit', sequence: 1, rows: [{ hash: 'x' }] },
};

/** Reads what it can, and refuses everything else with the one code that a subscriber is told. */
function verdict(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const refused = 'COMMAND_LINK_PROTOCOL';
const isExpected = (said: string) => said === 'read' || said === refused;

describe('a message of a subscriber', () => {
  it.each(Object.entries(whole))('is read: %s', (_, message) => {
    expect(readUpward(JSON.stringify(message))).toEqual(message);
  });

  it.each<[string, unknown]>([
    ['no report', { ...whole.telemetry, batch: { sequence: 1, reports: [null] } }],
    ['reports that are null', { ...whole.telemetry, batch: { sequence: 1, reports: null } }],
    ['reports that are an object', { ...whole.telemetry, batch: { sequence: 1, reports: {} } }],
    ['a report of nobody', { ...whole.telemetry, batch: { sequence: 1, reports: [report, {}] } }],
    ['a report whose subscriber is an object', { ...whole.telemetry, batch: { sequence: 1, reports: [{ subscriber: { id: 'x' } }] } }],
    ['no batch', { type: 'telemetry', batch: null }],
    ['a row of audit that is null', { ...whole.audit, rows: [null] }],
    ['a row of audit that is a list', { ...whole.audit, rows: [[]] }],
    ['a manifest that says nothing', { ...whole.shown, manifest: { ...signed, payload: 'null' } }],
    ['a directive that is no JSON', { ...whole.shown, directives: [{ ...signed, payload: '{' }] }],
    ['null', null],
    ['a list', []],
  ])('is refused with %s', (_, message) => {
    expect(verdict(() => readUpward(JSON.stringify(message)))).toBe(refused);
  });

  it('is read or refused, whatever it is', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => isExpected(verdict(() => readUpward(text)))));
  });

  it('is read or refused, whatever stands in the place of any of its members', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(whole)), fc.nat(), fc.jsonValue(), (message, at, value) => {
        expect(isExpected(verdict(() => readUpward(JSON.stringify(replaced(message, at, value)))))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('signed as an acknowledgement or receipt is read or refused, whatever was signed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (payload) => {
        expect(isExpected(verdict(() => readAcknowledgement({ ...signed, payload })))).toBe(true);
        expect(isExpected(verdict(() => readReceiptOwner({ ...signed, payload })))).toBe(true);
      }),
    );
  });
});

/** The same with another value in the place of one of its members, of whatever depth. */
function replaced(message: unknown, at: number, value: unknown): unknown {
  const places: (readonly string[])[] = [];
  const walk = (one: unknown, path: readonly string[]): void => {
    places.push(path);
    if (typeof one === 'object' && one !== null) for (const [name, inner] of Object.entries(one)) walk(inner, [...path, name]);
  };
  walk(message, []);
  const put = (one: unknown, [name, ...rest]: readonly string[]): unknown => {
    if (name === undefined) return value;
    const copy = (Array.isArray(one) ? [...one] : { ...(one as object) }) as Record<string, unknown>;
    copy[name] = put(copy[name], rest);
    return copy;
  };
  return put(message, places[at % places.length] ?? []);
}

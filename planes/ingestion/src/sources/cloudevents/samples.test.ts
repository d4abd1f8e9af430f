import { existsSync, readFileSync } from 'node:fs';
import { SourceError } from '@etis/contracts/events';
import { describe, expect, test } from 'vitest';
import { utcTime } from '../times.ts';
import { cloudEvents } from './cloudevents.ts';

/** Conformance cases of the specification that lie beside the repository where they may be used; they are no part of it. */
const samples = new URL('../../../../../../shared/samples/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, samples), 'utf8');

function normalise(body: string, headers: Record<string, string>) {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return cloudEvents.adapter.normalise({ body: Buffer.from(body), headers: lower, connection: 'ce' });
}

describe.skipIf(!existsSync(samples))('real material', () => {
  test('the conformance cases of the HTTP binding hold', () => {
    const { cases } = JSON.parse(read('cloudevents.conformance.http-binding.json')) as {
      cases: readonly {
        request: { headers: Record<string, string>; body: string };
        expect: { attributes: Record<string, string>; data: unknown };
      }[];
    };
    expect(cases).toHaveLength(4);
    for (const { request, expect: wanted } of cases) {
      const { type, source, time } = wanted.attributes;
      expect(normalise(request.body, request.headers)).toMatchObject([{ type, source, time: utcTime(time), data: wanted.data }]);
    }
  });

  test('the batch is split', () => {
    const events = normalise(read('cloudevents.batch.COMPOSED.json'), { 'content-type': 'application/cloudevents-batch+json' });
    expect(events).toMatchObject([
      { type: 'com.example.someevent', data: { appinfoA: 'abc' } },
      { type: 'com.example.someotherevent', data: { contentType: 'application/json', base64: 'AQID' } },
      { type: 'com.example.someevent', subject: 'larger-context', data: null },
    ]);
    expect(events.map(({ source, time }) => [source, time])).toEqual(Array(3).fill(['/mycontext', '2018-04-05T17:31:00.000Z']));
  });

  test('the rules of header encoding hold', () => {
    const rules = JSON.parse(read('cloudevents.header-encoding.json')) as readonly {
      header: string;
      attribute?: string;
      decode?: string;
    }[];
    expect(rules).toHaveLength(5);
    const base = { 'ce-specversion': '1.0', 'ce-type': 't', 'ce-id': '1', 'ce-source': '/s' };
    for (const { header, attribute, decode } of rules) {
      const subject = () => normalise('', { ...base, 'ce-subject': header })[0]?.subject;
      if (decode?.startsWith('MUST be rejected')) expect(subject).toThrow(SourceError);
      else expect(subject()).toBe(attribute ?? decode);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { itemEvent } from '../../fixtures/ledger.ts';
import { createOutgoing } from './outgoing.ts';

const clock = { now: () => Date.UTC(2026, 0, 2) };

function outgoing(event = itemEvent({ flow: 'f', hop: 2, project: 'tower', region: 'eu' })) {
  const { id, flow, traceparent, project, region, hop, tenant } = event;
  const origin = { event: id, flow, traceparent, project, region, hop };
  return { event, out: createOutgoing({ origin, seed: id, tenant, lane: 'acme/ledger', product: 'ledger', clock }) };
}

describe('what handlers ask for', () => {
  it('carries the cause, the flow and the trace', () => {
    const { event, out } = outgoing();
    const job = out.enqueue('email', { to: 'a@example.com' });
    const emitted = out.emit({ type: 'ledger.item.written', subject: 's', data: { n: 1 } });
    const [first, second] = out.close().map((row) => ({ ...row, body: JSON.parse(row.body) as unknown }));
    const { traceparent } = event;
    const body = { id: job, kind: 'email', tenant: 'acme', cause: event.id, flow: 'f', traceparent, payload: { to: 'a@example.com' } };
    expect(first).toEqual({ id: job, cause: event.id, kind: 'job', body });
    expect(second).toEqual({
      id: emitted,
      cause: event.id,
      kind: 'event',
      body: {
        id: emitted,
        type: 'ledger.item.written',
        source: '/products/ledger',
        subject: 's',
        time: '2026-01-02T00:00:00.000Z',
        data: { n: 1 },
        tenant: 'acme',
        project: 'tower',
        region: 'eu',
        traceparent,
        flow: 'f',
        cause: event.id,
        hop: 3,
      },
    });
  });

  it('gives the same ids when the same is asked again', () => {
    const { event, out } = outgoing();
    const again = outgoing(event).out;
    expect([out.enqueue('email', 1), out.enqueue('email', 2)]).toEqual([again.enqueue('email', 3), again.enqueue('email', 4)]);
    expect(out.enqueue('email', 1)).not.toBe(out.enqueue('email', 1));
  });

  it.each(['item.added', 'ledger', 'ledgers.x', 'ledger.', 'ledger.X', '', 'ledger.\n'])('refuses to emit %j', (type) => {
    expect(() => outgoing().out.emit({ type, subject: null, data: null })).toThrow(/is not an event type that starts with "ledger\."/);
  });

  it.each(['', 'E-mail', 'a b', '1', 'x'.repeat(61)])('refuses a job of kind %j', (kind) => {
    expect(() => outgoing().out.enqueue(kind, {})).toThrow(/lower-case word/);
  });

  it('refuses what is not JSON or too large', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const { out } = outgoing();
    expect(() => out.enqueue('email', circle)).toThrow(/cannot be written as JSON/);
    expect(() => out.enqueue('email', 1n)).toThrow(/cannot be written as JSON/);
    expect(() => out.enqueue('email', 'x'.repeat(200_000))).toThrow(/more than 131072/);
    expect(out.close()).toEqual([]);
  });

  it('bounds what one event can ask for, in number and in bytes', () => {
    const many = outgoing().out;
    for (let n = 0; n < 5_000; n += 1) many.enqueue('email', n);
    expect(() => many.enqueue('email', 'one more')).toThrow(/5000 jobs and events already/);
    const heavy = outgoing().out;
    const fill = () => {
      for (let n = 0; n < 5_000; n += 1) heavy.enqueue('email', 'x'.repeat(120_000));
    };
    expect(fill).toThrow(/33554432 bytes already/);
  });

  it('takes nothing once it is closed', () => {
    const { out } = outgoing();
    out.close();
    expect(() => out.enqueue('email', {})).toThrow(/after the handler or operation had ended/);
    expect(() => out.emit({ type: 'ledger.x', subject: null, data: null })).toThrow(/after the handler or operation had ended/);
  });

  it('writes undefined as null', () => {
    const { out } = outgoing();
    out.enqueue('email', undefined);
    expect(JSON.parse(out.close()[0]?.body ?? '')).toMatchObject({ payload: null });
  });
});

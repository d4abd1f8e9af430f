import { isUuid, uuidv7 } from '@etis/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedId } from './derived-id.ts';

const of = fc.record({
  event: fc.uuid({ version: 7 }),
  lane: fc.constantFrom('acme/nudge', 'acme/pulse', 'b/nudge'),
  kind: fc.constantFrom('job' as const, 'event' as const),
  ordinal: fc.nat(10_000),
});

describe('derived ids', () => {
  it('are the same for the same, and otherwise differ', () => {
    fc.assert(
      fc.property(of, of, (one, other) => {
        expect(derivedId(one)).toBe(derivedId({ ...one }));
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(derivedId(one) === derivedId(other)).toBe(same);
        expect(derivedId({ ...one, ordinal: one.ordinal + 1 })).not.toBe(derivedId(one));
        expect(derivedId({ ...one, kind: one.kind === 'job' ? 'event' : 'job' })).not.toBe(derivedId(one));
      }),
    );
  });

  it('are UUIDs of version 7 with the time of their cause, whatever the cause is called', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.string()), (event) => {
        const id = derivedId({ event, lane: 'acme/nudge', kind: 'job', ordinal: 0 });
        expect(isUuid(id)).toBe(true);
        expect(id).toMatch(/^.{14}7.{4}[89ab]/);
      }),
    );
    const event = uuidv7();
    expect(derivedId({ event, lane: 'acme/nudge', kind: 'job', ordinal: 0 }).slice(0, 13)).toBe(event.slice(0, 13));
  });

  it('never change, since sinks remember them', () => {
    expect(derivedId({ event: '019aaf00-0000-7000-8000-000000000001', lane: 'acme/nudge', kind: 'job', ordinal: 0 })).toMatchInlineSnapshot(
      `"019aaf00-0000-772f-91a8-69cfd747a49f"`,
    );
  });
});

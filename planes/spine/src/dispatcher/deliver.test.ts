import type { BatchOutcome, LaneBatch, Transport } from '@etis/contracts/lanes';
import { EtisError } from '@etis/kernel';
import { describe, expect, it } from 'vitest';
import { deliver } from './deliver.ts';

const entry = (position: bigint) => ({ position, event: {} as LaneBatch['entries'][number]['event'] });
const batch: LaneBatch = {
  lane: 'acme/nudge',
  tenant: 'acme',
  product: 'nudge',
  cluster: 'nudge-standard',
  mode: 'ordered',
  entries: [entry(3n), entry(5n), entry(8n)],
};
const never = new AbortController().signal;
const answering = (outcome: unknown): Transport => ({ deliver: () => Promise.resolve(outcome as BatchOutcome) });
const rejecting = (error: unknown): Transport => ({ deliver: () => Promise.reject(error) });

describe('a delivery', () => {
  it('is answered where nothing failed', async () => {
    expect(await deliver(answering({ handled: 3 }), batch, never)).toEqual({ kind: 'answered' });
  });

  it.each([
    [3n, 0],
    [5n, 1],
    [8n, 2],
  ])('names the entry at position %i that failed', async (position, index) => {
    const outcome = { handled: index, failed: { position, error: 'no \0', retryable: true } };
    expect(await deliver(answering(outcome), batch, never)).toEqual({
      kind: 'answered',
      failed: { index, error: 'no \uFFFD', retryable: true },
    });
  });

  it('bounds the error that a cluster writes', async () => {
    const outcome = { handled: 0, failed: { position: 3n, error: 'x'.repeat(1_000_000), retryable: false } };
    const delivered = await deliver(answering(outcome), batch, never);
    expect(delivered.kind === 'answered' && delivered.failed?.error.length).toBe(2_000);
  });

  it.each([
    ['a position that was not sent', { handled: 0, failed: { position: 4n, error: '', retryable: true } }],
    ['a position of another type', { handled: 0, failed: { position: 3, error: '', retryable: true } }],
    ['nothing', undefined],
    ['null', null],
  ])('has an unknown outcome when the answer is %s', async (_, outcome) => {
    expect((await deliver(answering(outcome), batch, never)).kind).toBe('unknown');
  });

  it.each([
    ['unavailable', 'unreachable'],
    ['internal', 'unknown'],
    ['invalid', 'unknown'],
    ['limited', 'unknown'],
  ] as const)('that is rejected as %s is %s', async (kind, expected) => {
    const error = new EtisError({ code: 'X', kind, retryable: true, message: 'why' });
    expect(await deliver(rejecting(error), batch, never)).toEqual({ kind: expected, error: 'why' });
  });

  it.each([[new Error('broken')], ['a text'], [undefined], [{ toString: null }]])('that is rejected with %s is unknown', async (error) => {
    expect((await deliver(rejecting(error), batch, never)).kind).toBe('unknown');
  });

  it('is unknown when the transport throws before it promises anything', async () => {
    const transport: Transport = {
      deliver() {
        throw new Error('at once');
      },
    };
    expect(await deliver(transport, batch, never)).toEqual({ kind: 'unknown', error: 'at once' });
  });

  it('ends when it is aborted, though the transport does not listen', async () => {
    const control = new AbortController();
    const delivered = deliver({ deliver: () => new Promise(() => undefined) }, batch, control.signal);
    control.abort(new Error('too late'));
    expect(await delivered).toEqual({ kind: 'unknown', error: 'too late' });
  });

  it('is judged by why it was aborted, not by what the transport makes of that', async () => {
    const control = new AbortController();
    const transport: Transport = {
      deliver: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        }),
    };
    const delivered = deliver(transport, batch, control.signal);
    control.abort(new EtisError({ code: 'X', kind: 'unavailable', retryable: true, message: 'stopping' }));
    expect(await delivered).toEqual({ kind: 'unreachable', error: 'stopping' });
  });

  it('is not begun after an abort', async () => {
    let begun = false;
    const transport: Transport = {
      deliver() {
        begun = true;
        return Promise.resolve({ handled: 3 });
      },
    };
    expect((await deliver(transport, batch, AbortSignal.abort(new Error('before')))).kind).toBe('unknown');
    expect(begun).toBe(false);
  });
});

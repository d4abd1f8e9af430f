import type { Wire } from '@etis/contracts/link';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSendQueue, type SendQueue } from './send-queue.ts';

/** A wire that takes nothing while it is clogged. */
const wire = { sent: [] as string[], clogged: false };
let queue: SendQueue;
let made: number;
let snapshot: string | 'none' | null;
let blocked: number;

beforeEach(() => {
  wire.sent = [];
  wire.clogged = false;
  made = 0;
  blocked = 0;
  snapshot = 'snapshot';
  queue = createSendQueue({
    wire: {
      send: (text) => void wire.sent.push(text),
      buffered: () => (wire.clogged ? 1_000_000 : 0),
      ...({ onMessage() {}, onClose() {}, close() {} } satisfies Partial<Wire>),
    },
    makeSnapshot() {
      made += 1;
      return snapshot === 'snapshot' ? `snapshot ${made}` : snapshot;
    },
    blocked() {
      blocked += 1;
    },
  });
});

describe('what waits for a slow subscriber', () => {
  it('goes orders first, then answers, and of snapshots only the newest', () => {
    wire.clogged = true;
    queue.snapshotDue();
    queue.flush();
    queue.answer('beat');
    queue.snapshotDue();
    queue.order('kill');
    queue.snapshotDue();
    queue.order('resume');
    expect([wire.sent, made, queue.isWaiting(), blocked > 0]).toEqual([[], 0, true, true]);
    wire.clogged = false;
    queue.flush();
    expect(wire.sent).toEqual(['kill', 'resume', 'beat', 'snapshot 1']);
    expect(queue.isWaiting()).toBe(false);
  });

  it('is sent at once where the wire takes it', () => {
    expect(queue.order('kill')).toBe(true);
    expect(wire.sent).toEqual(['kill']);
  });

  it('stays due while no snapshot can be made, and is done where there is nothing to send', () => {
    snapshot = null;
    queue.snapshotDue();
    queue.flush();
    expect(queue.isWaiting()).toBe(true);
    snapshot = 'none';
    queue.flush();
    expect([queue.isWaiting(), wire.sent]).toEqual([false, []]);
  });

  it('is given up past 2,000 orders, with everything that waits', () => {
    wire.clogged = true;
    for (let index = 0; index < 2_000; index += 1) expect(queue.order(`${index}`)).toBe(true);
    expect([queue.order('one more'), queue.isWaiting()]).toEqual([false, false]);
  });
});

import { describe, expect, it } from 'vitest';
import { silentLog } from './log.ts';
import { createLoop } from './loop.ts';

/** A promise and the way to settle it. */
const gate = () => Promise.withResolvers<void>();

describe('createLoop', () => {
  it('goes on at once while there is more', async () => {
    const done = gate();
    let rounds = 0;
    const loop = createLoop({
      name: 'test',
      log: silentLog,
      idleMs: 3_600_000,
      async round() {
        rounds += 1;
        if (rounds === 5) done.resolve();
        return rounds < 5;
      },
    });
    await loop.start();
    await done.promise;
    await loop.stop();
    expect(rounds).toBe(5);
  });

  it('does one more round for a wake that came during one', async () => {
    const inside = gate();
    const hold = gate();
    const second = gate();
    let rounds = 0;
    const loop = createLoop({
      name: 'test',
      log: silentLog,
      idleMs: 3_600_000,
      async round() {
        rounds += 1;
        if (rounds === 1) {
          inside.resolve();
          await hold.promise;
        } else second.resolve();
        return false;
      },
    });
    await loop.start();
    await inside.promise;
    loop.wake();
    hold.resolve();
    await second.promise;
    await loop.stop();
    expect(rounds).toBe(2);
  });

  it('survives rounds that throw', async () => {
    const done = gate();
    let rounds = 0;
    const loop = createLoop({
      name: 'test',
      log: silentLog,
      idleMs: 1,
      async round() {
        rounds += 1;
        if (rounds < 3) throw new Error('database gone');
        done.resolve();
        return false;
      },
    });
    await loop.start();
    await done.promise;
    await loop.stop();
    expect(rounds).toBeGreaterThanOrEqual(3);
  });

  it('waits in stop for the round that is running and tells it to end', async () => {
    const inside = gate();
    let ended = false;
    const loop = createLoop({
      name: 'test',
      log: silentLog,
      idleMs: 3_600_000,
      async round(signal) {
        inside.resolve();
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        ended = true;
        return true;
      },
    });
    await loop.start();
    await inside.promise;
    await loop.stop();
    expect(ended).toBe(true);
  });

  it('can be started again', async () => {
    let ring = gate();
    const loop = createLoop({
      name: 'test',
      log: silentLog,
      idleMs: 3_600_000,
      async round() {
        ring.resolve();
        return false;
      },
    });
    await loop.start();
    await ring.promise;
    await loop.stop();
    ring = gate();
    await loop.start();
    await ring.promise;
    await loop.stop();
  });
});

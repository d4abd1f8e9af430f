import { silentLog } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { eventually } from '@etis/testing';
import { describe, expect, it } from 'vitest';
import { createHints } from './hints.ts';

function fakeDb(fail = false) {
  const sent: unknown[] = [];
  const listening = new Set<() => void>();
  const db: SystemDb = {
    system: () => Promise.reject(new Error('not asked')),
    statement(_, values) {
      sent.push(values?.[0]);
      return fail ? Promise.reject(new Error('away')) : Promise.resolve([]);
    },
    listen(_, callback) {
      listening.add(callback);
      return Promise.resolve(() => {
        listening.delete(callback);
        return Promise.resolve();
      });
    },
  };
  return { db, sent, listening };
}

describe('hints', () => {
  it('send the first at once, and those that follow closely as one', async () => {
    const { db, sent } = fakeDb();
    const hints = createHints({ db, log: silentLog, channel: 'news' });
    for (let index = 0; index < 100; index += 1) hints.send();
    expect(sent).toEqual(['news']);
    await eventually(() => sent.length === 2);
    await hints.stop();
    expect(sent).toHaveLength(2);
  });

  it('do not mind a database that is away', async () => {
    const { db, sent } = fakeDb(true);
    const hints = createHints({ db, log: silentLog, channel: 'news' });
    hints.send();
    await hints.stop();
    hints.send();
    await hints.stop();
    expect(sent).toHaveLength(2);
  });

  it('listen while they run, once, and not afterwards', async () => {
    const { db, listening } = fakeDb();
    let heard = 0;
    const hints = createHints({
      db,
      log: silentLog,
      channel: 'news',
      onHint: () => {
        heard += 1;
      },
    });
    await hints.start();
    await hints.start();
    expect(listening.size).toBe(1);
    for (const callback of listening) callback();
    expect(heard).toBe(1);
    await hints.stop();
    await hints.stop();
    expect(listening.size).toBe(0);
  });

  it('without anybody to tell do not listen', async () => {
    const { db, listening } = fakeDb();
    const hints = createHints({ db, log: silentLog, channel: 'news' });
    await hints.start();
    expect(listening.size).toBe(0);
    await hints.stop();
  });
});

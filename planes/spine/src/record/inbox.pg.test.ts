import type { Acceptance, Delivery } from '@etis/contracts/events';
import { silentLog, uuidv7 } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInbox, spineDomain } from '../index.ts';
import { delivery } from '../spine-fixture.ts';

let database: TestDatabase;
let db: SystemDb;

beforeAll(async () => {
  database = await createTestDatabase({ domains: [spineDomain] });
  db = database.db('spine');
});
afterAll(() => database.drop());

async function stored(connection: string): Promise<readonly { id: string; body: Buffer; headers: string }[]> {
  return await db.statement('select id, body, headers from inbox where connection_id = $1 order by position', [connection]);
}

/** A database that fails on order, before or after it did what it was told. */
function flaky(fate: (call: number) => 'ok' | 'before' | 'after'): SystemDb {
  let calls = 0;
  return {
    ...db,
    async statement(text, values) {
      if (!text.includes('inbox_append')) return await db.statement(text, values);
      calls += 1;
      const outcome = fate(calls);
      if (outcome === 'before') throw new Error('the connection is gone');
      const rows = await db.statement(text, values);
      if (outcome === 'after') throw new Error('the connection is gone, and the answer with it');
      return rows as never;
    },
  };
}

describe('an inbox', () => {
  it('keeps bytes, headers and ids as they came', async () => {
    const inbox = createInbox({ db, log: silentLog });
    const body = Buffer.from([0, 255, 10, 0, 128]);
    const given = delivery(body, { connection: 'bytes', headers: { 'x-odd': '\0 \ud800 "quoted", {braces}' } });
    expect(await inbox.append(given)).toEqual({ outcome: 'accepted', id: given.id });
    const [row] = await stored('bytes');
    expect(row?.body.equals(body)).toBe(true);
    expect(JSON.parse(row?.headers ?? '')).toEqual(given.headers);
    await inbox.stop();
  });

  it('accepts an empty body', async () => {
    const inbox = createInbox({ db, log: silentLog });
    const results = await Promise.all([
      inbox.append(delivery('', { connection: 'empty' })),
      inbox.append(delivery('a', { connection: 'empty' })),
      inbox.append(delivery('', { connection: 'empty-2' })),
    ]);
    expect(results.map((result) => result.outcome)).toEqual(['accepted', 'accepted', 'accepted']);
    const lengths = [...(await stored('empty')), ...(await stored('empty-2'))].map((row) => row.body.length);
    expect(lengths).toEqual([0, 1, 0]);
    await inbox.stop();
  });

  it('names the first delivery for the same bytes, in one commit or in another, per connection', async () => {
    const inbox = createInbox({ db, log: silentLog });
    const [first, second, third] = ['twin', 'twin', 'twin'].map((body) => delivery(body, { connection: 'twins' }));
    const other = delivery('twin', { connection: 'twins-2' });
    if (first === undefined || second === undefined || third === undefined) throw new Error('unreachable');
    const together = await Promise.all([inbox.append(first), inbox.append(second), inbox.append(other)]);
    expect(together).toEqual([
      { outcome: 'accepted', id: first.id },
      { outcome: 'duplicate', id: first.id },
      { outcome: 'accepted', id: other.id },
    ]);
    expect(await inbox.append(third)).toEqual({ outcome: 'duplicate', id: first.id });
    expect(await stored('twins')).toHaveLength(1);
    await inbox.stop();
  });

  it('shares commits between callers that come together', async () => {
    let commits = 0;
    const counting: SystemDb = {
      ...db,
      async statement(text, values) {
        if (text.includes('inbox_append')) commits += 1;
        return await db.statement(text, values);
      },
    };
    const inbox = createInbox({ db: counting, log: silentLog });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => inbox.append(delivery(`shared ${index}`, { connection: 'sharing' }))));
    expect(await stored('sharing')).toHaveLength(1_000);
    expect(commits).toBeLessThanOrEqual(6);
    await inbox.stop();
  });

  it('keeps each digest exactly once, whatever the interleaving and wherever the database fails', async () => {
    let run = 0;
    const fates = fc.array(fc.constantFrom('ok' as const, 'before' as const, 'after' as const), { maxLength: 6 });
    const sends = fc.array(fc.record({ body: fc.integer({ min: 0, max: 12 }), inbox: fc.nat(1), wait: fc.nat(2) }), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(sends, fates, fc.integer({ min: 1, max: 8 }), async (plan, fate, batchCount) => {
        run += 1;
        const connection = `law-${run}`;
        // Two inboxes, as two processes have.
        const inboxes = [flaky((call) => fate[call - 1] ?? 'ok'), db].map((one) =>
          createInbox({ db: one, log: silentLog, settings: { batchCount } }),
        );
        const pending: Promise<{ given: Delivery; answer: Acceptance }>[] = [];
        for (const send of plan) {
          const given = delivery(`body ${send.body}`, { connection });
          const inbox = inboxes[send.inbox];
          if (inbox === undefined) throw new Error('unreachable');
          pending.push(inbox.append(given).then((answer) => ({ given, answer })));
          for (let turn = 0; turn < send.wait; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        }
        const answers = await Promise.all(pending);
        const rows = await stored(connection);
        const byBody = new Map(rows.map((row) => [row.body.toString(), row.id]));
        expect(rows).toHaveLength(byBody.size);
        expect(byBody.size).toBe(new Set(plan.map((send) => send.body)).size);
        for (const { given, answer } of answers) {
          expect(answer.id).toBe(byBody.get(given.body.toString()));
          expect(answer.outcome).toBe(answer.id === given.id ? 'accepted' : 'duplicate');
        }
        await Promise.all(inboxes.map((inbox) => inbox.stop()));
      }),
      { numRuns: 40 },
    );
  });

  it('gives positions in the order of commit: a reader that goes on from the last one it saw misses none', async () => {
    const inboxes = [0, 1, 2].map(() => createInbox({ db, log: silentLog, settings: { batchCount: 7 } }));
    const seen: string[] = [];
    let last = '0';
    const total = 600;
    const writing = Promise.all(
      Array.from({ length: total }, async (_, index) => {
        await new Promise((resolve) => setImmediate(resolve));
        await inboxes[index % 3]?.append(delivery(`order ${index}`, { connection: 'order' }));
      }),
    );
    await eventually(async () => {
      const rows = await db.statement<{ position: string; id: string; connection_id: string }>(
        'select position, id, connection_id from inbox where position > $1 order by position limit 50',
        [last],
      );
      last = rows.at(-1)?.position ?? last;
      seen.push(...rows.filter((row) => row.connection_id === 'order').map((row) => row.id));
      return seen.length === total;
    });
    await writing;
    expect(new Set(seen).size).toBe(total);
    await Promise.all(inboxes.map((inbox) => inbox.stop()));
  });

  it('refuses what the database would not keep, alone', async () => {
    const inbox = createInbox({ db, log: silentLog });
    const id = uuidv7();
    const results = await Promise.allSettled([
      inbox.append(delivery('good 1', { connection: 'poison' })),
      inbox.append(delivery('bad', { connection: 'poi\0son' })),
      inbox.append(delivery('good 2', { connection: 'poison', id })),
      inbox.append(delivery('same id, other bytes', { connection: 'poison', id })),
      inbox.append(delivery('bad id', { connection: 'poison', id: 'X' })),
      inbox.append(delivery('bad digest', { connection: 'poison', digest: Buffer.alloc(31) })),
      inbox.append(delivery('bad time', { connection: 'poison', receivedAt: new Date(Number.NaN) })),
      inbox.append(delivery('good 3', { connection: 'poison' })),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'SPINE_DELIVERY_MALFORMED', retryable: false });
    }
    expect(await stored('poison')).toHaveLength(3);
    await inbox.stop();
  });

  it('says SPINE_UNAVAILABLE when the database stays away, within its time, and works again afterwards', async () => {
    let away = true;
    const inbox = createInbox({ db: flaky(() => (away ? 'before' : 'ok')), log: silentLog, settings: { waitMs: 300 } });
    const began = performance.now();
    await expect(inbox.append(delivery('nobody there', { connection: 'away' }))).rejects.toMatchObject({
      code: 'SPINE_UNAVAILABLE',
      kind: 'unavailable',
      retryable: true,
    });
    expect(performance.now() - began).toBeLessThan(2_000);
    away = false;
    expect((await inbox.append(delivery('back', { connection: 'away' }))).outcome).toBe('accepted');
    await inbox.stop();
  });

  it('does not wait for a database that never answers', async () => {
    let silent = true;
    const mute: SystemDb = {
      ...db,
      async statement(text, values) {
        return await (silent && text.includes('inbox_append') ? new Promise<never>(() => undefined) : db.statement(text, values));
      },
    };
    const inbox = createInbox({ db: mute, log: silentLog, settings: { waitMs: 200 } });
    await expect(inbox.append(delivery('mute', { connection: 'mute' }))).rejects.toMatchObject({ code: 'SPINE_UNAVAILABLE' });
    silent = false;
    expect((await inbox.append(delivery('mute', { connection: 'mute' }))).outcome).toBe('accepted');
    await inbox.stop();
  });

  it('bounds what waits, by count and by bytes', async () => {
    const slow = flaky(() => 'before');
    const byCount = createInbox({ db: slow, log: silentLog, settings: { queueCount: 2, waitMs: 200 } });
    const waiting = [byCount.append(delivery('1')), byCount.append(delivery('2'))];
    await expect(byCount.append(delivery('3'))).rejects.toMatchObject({ code: 'SPINE_INBOX_FULL', kind: 'limited', retryable: true });
    const byBytes = createInbox({ db: slow, log: silentLog, settings: { queueBytes: 10_000, waitMs: 200 } });
    waiting.push(byBytes.append(delivery(Buffer.alloc(20_000))));
    await expect(byBytes.append(delivery('4'))).rejects.toMatchObject({ code: 'SPINE_INBOX_FULL' });
    for (const result of await Promise.allSettled(waiting)) expect(result.status).toBe('rejected');
    await Promise.all([byCount.stop(), byBytes.stop()]);
  });

  it('answers everybody before it has stopped, and refuses who comes later', async () => {
    const inbox = createInbox({ db, log: silentLog, settings: { batchCount: 10 } });
    await inbox.start();
    let answered = 0;
    const waiting = Array.from({ length: 100 }, (_, index) =>
      inbox.append(delivery(`last ${index}`, { connection: 'stopping' })).then(() => {
        answered += 1;
      }),
    );
    await Promise.all([inbox.stop(), inbox.stop()]);
    await Promise.all(waiting);
    expect(answered).toBe(100);
    await expect(inbox.append(delivery('late'))).rejects.toMatchObject({ code: 'SPINE_UNAVAILABLE' });
  });

  it('sends no more in one commit than it may, by count and by bytes, and a large one by itself', async () => {
    const sizes: number[][] = [];
    const watching: SystemDb = {
      ...db,
      async statement(text, values) {
        const ends = values?.[8];
        if (text.includes('inbox_append') && Array.isArray(ends)) {
          sizes.push((ends as number[]).map((end, index) => end - ((ends as number[])[index - 1] ?? 0)));
        }
        return await db.statement(text, values);
      },
    };
    const inbox = createInbox({ db: watching, log: silentLog, settings: { batchCount: 10, batchBytes: 20_000 } });
    const lengths = [...Array.from({ length: 25 }, () => 100), 50_000, ...Array.from({ length: 10 }, () => 5_000)];
    await Promise.all(lengths.map((length, index) => inbox.append(delivery(`${index}`.padEnd(length), { connection: 'sizes' }))));
    expect(sizes.flat()).toEqual(lengths);
    for (const commit of sizes) {
      expect(commit.length).toBeLessThanOrEqual(10);
      if (commit.length > 1) expect(commit.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(20_000);
    }
    expect(sizes).toContainEqual([50_000]);
    await inbox.stop();
  });

  it('tells its process after each commit, when the deliveries can be read', async () => {
    const readable: number[] = [];
    const reads: Promise<void>[] = [];
    const inbox = createInbox({
      db,
      log: silentLog,
      onAppended: () => void reads.push(stored('told').then((rows) => void readable.push(rows.length))),
    });
    await inbox.append(delivery('told 1', { connection: 'told' }));
    await inbox.append(delivery('told 2', { connection: 'told' }));
    await Promise.all(reads);
    expect(readable).toHaveLength(2);
    expect(Math.min(...readable)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...readable)).toBe(2);
    await inbox.stop();
  });

  it('loses nothing that it accepted while its connections are cut', async () => {
    const inbox = createInbox({ db, log: silentLog });
    const sent = Array.from({ length: 300 }, (_, index) => delivery(`cut ${index}`, { connection: 'cut' }));
    const admin = database.admin('spine');
    const accepted: string[] = [];
    const sending = (async () => {
      for (let from = 0; from < sent.length; from += 10) {
        const answers = await Promise.all(sent.slice(from, from + 10).map((one) => inbox.append(one)));
        accepted.push(...answers.map((answer) => answer.id));
      }
    })();
    for (let round = 0; round < 8; round += 1) {
      await admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'etis_spine'");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await sending;
    const rows = await stored('cut');
    expect(rows.map((row) => row.id).toSorted()).toEqual(accepted.toSorted());
    expect(new Set(accepted)).toEqual(new Set(sent.map((one) => one.id)));
    await inbox.stop();
  });
});

import { TerminalError, terminal } from '@etis/runtime/sdk';
import { eventually } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { itemEvent, laneEntries, ledgerBatch, whole } from '../../fixtures/ledger.ts';
import { calm, gate, type LedgerStand, ledgerStand } from '../../fixtures/ledger-stand.ts';

let stand: LedgerStand;
beforeEach(async () => {
  stand = await ledgerStand();
});
afterEach(() => stand.drop());

describe('a batch', () => {
  it('is kept whole: effects, mark and outbox', async () => {
    const entries = laneEntries(3);
    expect(await stand.host().handle(ledgerBatch(entries), calm())).toSatisfy(whole(3));
    expect(await stand.effects()).toEqual(entries.map((entry) => entry.event.id));
    expect((await stand.outbox()).map((row) => row.kind)).toEqual(['job', 'event', 'job', 'event', 'job', 'event']);
    expect(await stand.admin('select lane, position from lane_mark')).toEqual([{ lane: 'acme/ledger', position: '30' }]);
  });

  it('has no second effect when it is delivered again, whole or in part', async () => {
    const entries = laneEntries(3);
    const host = stand.host();
    await host.handle(ledgerBatch(entries), calm());
    expect(await host.handle(ledgerBatch(entries), calm())).toSatisfy(whole(3));
    expect(await host.handle(ledgerBatch(entries.slice(1, 2)), calm())).toSatisfy(whole(1));
    const more = laneEntries(2, { from: 40 });
    expect(await host.handle(ledgerBatch([...entries, ...more]), calm())).toSatisfy(whole(5));
    expect(await stand.effects()).toEqual([...entries, ...more].map((entry) => entry.event.id));
    expect(await stand.count('outbox')).toBe(10);
  });

  it('says what it has asked for and the spine may not have yet, also when it is delivered again', async () => {
    const entries = laneEntries(2);
    const host = stand.host();
    const first = await host.handle(ledgerBatch(entries), calm());
    expect(first.outgoing).toEqual((await stand.outbox()).map((row) => row.id));
    expect(first.outgoing).toHaveLength(4);
    expect((await host.handle(ledgerBatch(entries.slice(1)), calm())).outgoing).toEqual(first.outgoing?.slice(2));
    await stand.admin('delete from outbox');
    expect((await host.handle(ledgerBatch(entries), calm())).outgoing).toBeUndefined();
  });

  it('keeps what stands before the entry that fails, and nothing of it or after it', async () => {
    const entries = laneEntries(4);
    const bad = entries[2]?.event.id;
    const host = stand.host({
      after: async (event) => {
        if (event.id === bad) throw new Error('no beam of that name\u0000');
      },
    });
    const outcome = await host.handle(ledgerBatch(entries), calm());
    expect(outcome).toMatchObject({ handled: 2, failed: { position: 30n, error: 'no beam of that name', retryable: true } });
    expect(await stand.effects()).toEqual(entries.slice(0, 2).map((entry) => entry.event.id));
    expect(await stand.count('outbox')).toBe(4);
  });

  it('leaves no outbox row and no mark behind when its first entry fails', async () => {
    const host = stand.host({ after: async () => Promise.reject(new Error('never')) });
    expect(await host.handle(ledgerBatch(laneEntries(2)), calm())).toMatchObject({ handled: 0, failed: { position: 10n } });
    expect([await stand.count('effect'), await stand.count('outbox')]).toEqual([0, 0]);
    expect(await stand.admin('select position from lane_mark where position >= 0')).toEqual([]);
  });

  it('tells terminal failures from others by type, and bounds what they say', async () => {
    const errors = [terminal('gone for good'), new TerminalError('x'.repeat(9_000)), 'a text', new Error('')];
    const answers = [];
    for (const error of errors) {
      const host = stand.host({ before: () => Promise.reject(error) });
      answers.push((await host.handle(ledgerBatch(laneEntries(1)), calm())).failed);
    }
    expect(answers.map((answer) => answer?.retryable)).toEqual([false, false, true, true]);
    expect(answers.map((answer) => answer?.error.length)).toEqual([13, 500, 6, 5]);
  });

  it('passes over an event that it has no handler for', async () => {
    const entry = { position: 10n, event: itemEvent({ type: 'other.thing' }) };
    expect(await stand.host().handle(ledgerBatch([entry, ...laneEntries(1, { from: 20 })]), calm())).toSatisfy(whole(2));
    expect(await stand.count('effect')).toBe(1);
  });

  it('may be empty', async () => {
    expect(await stand.host().handle(ledgerBatch([]), calm())).toSatisfy(whole(0));
  });

  it("is refused when it is another cluster's", async () => {
    const foreign = ledgerBatch(laneEntries(1), { cluster: 'ledger-enterprise' });
    await expect(stand.host().handle(foreign, calm())).rejects.toMatchObject({ code: 'RUNTIME_BATCH_FOREIGN' });
    expect(await stand.count('lane_mark')).toBe(0);
  });

  it('keeps data that holds NUL and lone surrogates', async () => {
    const entry = { position: 1n, event: itemEvent({ data: { name: 'a\u0000b\ud800' } }) };
    expect(await stand.host().handle(ledgerBatch([entry]), calm())).toSatisfy(whole(1));
    const emitted = (await stand.outbox()).find((row) => row.kind === 'event');
    expect(JSON.parse(emitted?.body ?? '')).toMatchObject({ data: { name: 'a\u0000b\ud800' } });
  });

  it('asks for the same ids when it is handled again on a database that forgot', async () => {
    const batch = ledgerBatch(laneEntries(2));
    await stand.host().handle(batch, calm());
    const before = (await stand.outbox()).map((row) => row.id);
    await stand.admin('truncate lane_mark, lane_gap, outbox');
    await stand.host().handle(batch, calm());
    expect((await stand.outbox()).map((row) => row.id)).toEqual(before);
    expect(new Set(before).size).toBe(4);
  });
});

describe('two deliveries of one lane at once', () => {
  it('have one effect', async () => {
    const entries = laneEntries(5);
    const [inside, go] = [gate(), gate()];
    const slow = stand.host({
      before: async () => {
        inside.open();
        await go.opened;
      },
    });
    const first = slow.handle(ledgerBatch(entries), calm());
    await inside.opened;
    const second = stand.host().handle(ledgerBatch(entries), calm());
    await eventually(async () => (await stand.admin("select 1 from pg_stat_activity where wait_event_type = 'Lock'")).length === 1);
    go.open();
    for (const outcome of await Promise.all([first, second])) expect(outcome).toSatisfy(whole(5));
    expect(await stand.effects()).toEqual(entries.map((entry) => entry.event.id));
    expect(await stand.count('outbox')).toBe(10);
  });

  it('leaves the work to the second when the first fails', async () => {
    const entries = laneEntries(2);
    const inside = gate();
    const go = gate();
    const failing = stand.host({
      after: async () => {
        inside.open();
        await go.opened;
        throw new Error('too late');
      },
    });
    const first = failing.handle(ledgerBatch(entries), calm());
    await inside.opened;
    const second = stand.host().handle(ledgerBatch(entries), calm());
    go.open();
    expect(await second).toSatisfy(whole(2));
    expect(await first).toMatchObject({ failed: { position: 10n } });
    expect(await stand.effects()).toHaveLength(2);
  });

  it('do not wait for another lane', async () => {
    const go = gate();
    const inside = gate();
    const slow = stand.host({
      before: async () => {
        inside.open();
        await go.opened;
      },
    });
    const held = slow.handle(ledgerBatch(laneEntries(1)), calm());
    await inside.opened;
    expect(await stand.host().handle(ledgerBatch(laneEntries(1, { tenant: 'bolt' })), calm())).toSatisfy(whole(1));
    go.open();
    await held;
  });
});

describe('two tenants on one cluster', () => {
  it('see nothing of each other', async () => {
    const seen: unknown[] = [];
    const host = stand.host({
      after: async (_, { tx, tenant }) => {
        seen.push({
          tenant,
          rows: await tx.query('select distinct tenant_id from effect'),
          marks: await tx.query('select distinct tenant_id from lane_mark'),
        });
      },
    });
    await host.handle(ledgerBatch(laneEntries(1)), calm());
    await host.handle(ledgerBatch(laneEntries(1, { tenant: 'bolt' })), calm());
    expect(seen).toEqual(['acme', 'bolt'].map((tenant) => ({ tenant, rows: [{ tenant_id: tenant }], marks: [{ tenant_id: tenant }] })));
  });

  it("cannot write each other's rows", async () => {
    const host = stand.host({
      before: async (event, { tx }) => {
        await tx.query('insert into effect (tenant_id, event_id) values ($1, $2)', ['bolt', event.id]);
      },
    });
    expect(await host.handle(ledgerBatch(laneEntries(1)), calm())).toMatchObject({ handled: 0, failed: { position: 10n } });
    expect(await stand.count('effect')).toBe(0);
  });
});

describe('a parked entry', () => {
  const failing = (id: string | undefined) => ({
    before: async (event: { id: string }) => {
      if (event.id === id) throw new Error('not now');
    },
  });

  it('is handled once, out of order', async () => {
    const entries = laneEntries(3);
    const parked = entries.slice(1, 2);
    await stand.host(failing(parked[0]?.event.id)).handle(ledgerBatch(entries, { after: 0n }), calm());
    await stand.host().handle(ledgerBatch(entries.slice(2), { after: 20n }), calm());
    const again = ledgerBatch(parked, { mode: 'parked' });
    expect(await stand.host(failing(parked[0]?.event.id)).handle(again, calm())).toMatchObject({ handled: 0, failed: { position: 20n } });
    expect(await stand.host().handle(again, calm())).toSatisfy(whole(1));
    expect(await stand.host().handle(again, calm())).toSatisfy(whole(1));
    expect(await stand.effects()).toEqual([0, 2, 1].map((index) => entries[index]?.event.id));
    expect(await stand.count('outbox')).toBe(6);
  });

  it('has no second effect when it had been handled in order, and only the answer was lost', async () => {
    const entries = laneEntries(3);
    await stand.host().handle(ledgerBatch(entries), calm());
    expect(await stand.host().handle(ledgerBatch(entries.slice(1, 2), { mode: 'parked' }), calm())).toSatisfy(whole(1));
    expect(await stand.effects()).toHaveLength(3);
  });

  it('is handled when the lane went on without an answer about it', async () => {
    const entries = laneEntries(3);
    await stand.host().handle(ledgerBatch(entries.slice(0, 1)), calm());
    await stand.host().handle(ledgerBatch(entries.slice(2)), calm());
    expect(await stand.host().handle(ledgerBatch(entries.slice(1, 2), { mode: 'parked' }), calm())).toSatisfy(whole(1));
    expect(await stand.effects()).toHaveLength(3);
  });

  it('has no second effect when a late delivery in order still brings it', async () => {
    const entries = laneEntries(2);
    await stand.host().handle(ledgerBatch(entries.slice(0, 1), { mode: 'parked' }), calm());
    expect(await stand.host().handle(ledgerBatch(entries), calm())).toSatisfy(whole(2));
    expect(await stand.effects()).toEqual(entries.map((entry) => entry.event.id));
  });

  it('costs a lane without failures no rows, when the dispatcher says where the lane stood', async () => {
    const host = stand.host();
    await host.handle(ledgerBatch(laneEntries(2), { after: -1n }), calm());
    await host.handle(ledgerBatch(laneEntries(2, { from: 500 }), { after: 20n }), calm());
    expect(await stand.count('lane_gap')).toBe(0);
  });
});

describe('stopping', () => {
  it('keeps nothing when it is aborted between entries', async () => {
    const controller = new AbortController();
    const entries = laneEntries(3);
    const host = stand.host({
      after: async (event) => {
        if (event.id === entries[1]?.event.id) setImmediate(() => controller.abort());
      },
    });
    await expect(host.handle(ledgerBatch(entries), controller.signal)).rejects.toMatchObject({ code: 'RUNTIME_STOPPED', retryable: true });
    expect([await stand.count('effect'), await stand.count('outbox')]).toEqual([0, 0]);
    expect(await stand.host().handle(ledgerBatch(entries), calm())).toSatisfy(whole(3));
  });

  it('gives up a handler that waits for something else, and tells it', async () => {
    const controller = new AbortController();
    let told = false;
    const host = stand.host({
      before: (_, { signal }) => {
        signal.addEventListener('abort', () => (told = true));
        controller.abort();
        return new Promise(() => {});
      },
    });
    await expect(host.handle(ledgerBatch(laneEntries(1)), controller.signal)).rejects.toMatchObject({ code: 'RUNTIME_STOPPED' });
    expect(told).toBe(true);
  });

  it('does nothing when it was aborted before', async () => {
    const gone = AbortSignal.abort();
    await expect(stand.host().handle(ledgerBatch(laneEntries(1)), gone)).rejects.toMatchObject({ code: 'RUNTIME_STOPPED' });
    expect(await stand.count('effect')).toBe(0);
  });

  it('fails a handler at its deadline, keeps what stood before it, and takes its transaction away', async () => {
    const entries = laneEntries(2);
    const late = Promise.withResolvers<unknown>();
    const go = gate();
    const host = stand.host({
      settings: { handlerDeadlineMs: 50 },
      before: async (event, { tx, signal }) => {
        if (event.id !== entries[1]?.event.id) return;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        await go.opened;
        tx.query('select 1').catch(late.resolve);
        await new Promise(() => {});
      },
    });
    expect(await host.handle(ledgerBatch(entries), calm())).toMatchObject({
      handled: 1,
      failed: { position: 20n, error: expect.stringContaining('within 50 ms'), retryable: true },
    });
    go.open();
    expect(await late.promise).toMatchObject({ code: 'RUNTIME_CONTEXT_CLOSED' });
    expect(await stand.effects()).toEqual([entries[0]?.event.id]);
  });
});

describe("the database's own trouble", () => {
  it('parks nobody: the outcome is unknown and the batch comes again', async () => {
    const entries = laneEntries(2);
    const host = stand.host({
      before: async (event, { tx }) => {
        if (event.id !== entries[1]?.event.id) return;
        const rows = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await stand.admin('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
        await tx.query('select 1').catch(() => {});
        throw new Error('something else entirely');
      },
    });
    await expect(host.handle(ledgerBatch(entries), calm())).rejects.toMatchObject({ code: 'RUNTIME_DATABASE_TROUBLE', retryable: true });
    expect(await stand.host().handle(ledgerBatch(entries), calm())).toSatisfy(whole(2));
    expect(await stand.effects()).toHaveLength(2);
  });
});

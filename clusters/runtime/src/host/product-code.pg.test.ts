import type { HandlerContext, ProductTx } from '@etis/runtime/sdk';
import { testContext } from '@etis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { itemEvent, laneEntries, ledgerBatch, whole } from '../../fixtures/ledger.ts';
import { calm, type LedgerStand, ledgerStand } from '../../fixtures/ledger-stand.ts';

let stand: LedgerStand;
beforeAll(async () => {
  stand = await ledgerStand();
});
beforeEach(() => stand.admin('truncate effect, outbox, lane_mark, lane_gap, parked_mark'));
afterAll(() => stand.drop());

/** What becomes of a handler that does this to its transaction. */
async function handling(after: (context: HandlerContext) => Promise<unknown>) {
  const host = stand.host({
    after: async (_, context) => {
      await after(context);
    },
  });
  return host.handle(ledgerBatch(laneEntries(1)), calm());
}

describe('a handler and its transaction', () => {
  it.each([
    'commit',
    'rollback',
    'savepoint x',
    "set etis.tenant = 'bolt'",
    'reset all',
    "select set_config('etis.tenant', 'bolt', true)",
    'select 1; commit',
  ])('may not say %j, and swallowing the refusal does not help', async (statement) => {
    const outcome = await handling(({ tx }) => tx.query(statement).catch(() => {}));
    expect(outcome).toMatchObject({ handled: 0, failed: { error: expect.stringContaining('A statement was refused') } });
    expect([await stand.count('effect'), await stand.count('outbox')]).toEqual([0, 0]);
  });

  it('cannot keep anything under another tenant, by whatever way it got there', async () => {
    const sneak = `do $$ begin perform set_config('etis.tenant', 'bolt', true); end $$`;
    const outcome = await handling(({ tx }) => tx.query(sneak));
    expect(outcome).toMatchObject({ handled: 0, failed: { position: 10n, error: expect.stringContaining('tenant was changed') } });
    expect([await stand.count('effect'), await stand.count('outbox')]).toEqual([0, 0]);
  });

  it('is named when its transaction ended up with another tenant and nothing was sent', async () => {
    const sneak = `do $$ begin perform set_config('etis.tenant', '', true); end $$`;
    const outcome = await handling(({ tx }) => tx.query(sneak));
    expect(outcome.failed?.error).toContain("transaction's tenant was changed");
  });

  it('is asked one entry at a time when it cannot be told which of several did it', async () => {
    const entries = laneEntries(2);
    const host = stand.host({
      after: async (event, { tx }) => {
        if (event.id === entries[1]?.event.id) await tx.query(`do $$ begin perform set_config('etis.tenant', 'bolt', true); end $$`);
      },
    });
    await expect(host.handle(ledgerBatch(entries), calm())).rejects.toMatchObject({ code: 'RUNTIME_TENANT_CHANGED' });
    expect(await host.handle(ledgerBatch(entries.slice(0, 1)), calm())).toSatisfy(whole(1));
    expect(await host.handle(ledgerBatch(entries.slice(1)), calm())).toMatchObject({ handled: 0, failed: { position: 20n } });
    expect(await stand.effects()).toEqual([entries[0]?.event.id]);
  });

  it('fails when it goes on after a statement that failed', async () => {
    const outcome = await handling(({ tx }) => tx.query('select * from nowhere').catch(() => {}));
    expect(outcome.failed?.error).toMatch(/A statement failed .*relation "nowhere" does not exist/);
    expect(await stand.count('effect')).toBe(0);
  });

  it('fails when it returns while a statement runs', async () => {
    const outcome = await handling(async ({ tx }) => {
      void tx.query('select pg_sleep(0.05)');
    });
    expect(outcome.failed?.error).toContain('while a statement of its own was still running');
    expect(await stand.count('effect')).toBe(0);
  });

  it('ends nobody else when it does not look at a statement that fails', async () => {
    const outcome = await handling(async ({ tx }) => {
      void tx.query('select * from nowhere');
      await tx.query('select 1').catch(() => {});
    });
    expect(outcome.failed?.error).toContain('relation "nowhere" does not exist');
    expect(await stand.count('effect')).toBe(0);
  });

  it('is told clearly when it uses its context later', async () => {
    let kept: HandlerContext | undefined;
    expect(await handling(async (context) => (kept = context))).toSatisfy(whole(1));
    await expect(kept?.tx.query('select 1')).rejects.toMatchObject({ code: 'RUNTIME_CONTEXT_CLOSED' });
    expect(() => kept?.enqueue('email', {})).toThrow(expect.objectContaining({ code: 'RUNTIME_CONTEXT_CLOSED' }));
    expect(await stand.count('outbox')).toBe(2);
  });

  it('fails when it throws before its first await', async () => {
    const host = stand.host({
      before: () => {
        throw new Error('at once');
      },
    });
    expect(await host.handle(ledgerBatch(laneEntries(1)), calm())).toMatchObject({ failed: { error: 'at once' } });
  });

  it('knows its event, tenant, trace and clock', async () => {
    const event = itemEvent();
    const seen: unknown[] = [];
    const host = stand.host({
      after: async (given, { tenant, trace, clock, signal, log }) => {
        seen.push(given, tenant, trace, typeof clock.now(), signal.aborted, typeof log.info);
      },
    });
    await host.handle(ledgerBatch([{ position: 1n, event }]), calm());
    expect(seen).toEqual([event, 'acme', event.traceparent.slice(3, 35), 'number', false, 'function']);
  });
});

describe('an operation', () => {
  const acme = testContext({ tenant: 'acme', actor: { kind: 'operator', id: 'root' } });
  const event = itemEvent().id;

  it('runs for its tenant and answers', async () => {
    const host = stand.host();
    expect(await host.call(acme, 'effects.add', { event })).toEqual({ event, by: 'root' });
    expect(await host.call(acme, 'effects.count', undefined)).toBe(1);
    expect(await host.call(testContext({ tenant: 'bolt' }), 'effects.count', undefined)).toBe(0);
  });

  it('keeps nothing when it throws', async () => {
    await expect(stand.host().call(acme, 'effects.add', { event, fail: true })).rejects.toThrow('changed its mind');
    expect(await stand.count('effect')).toBe(0);
  });

  it('sees no input that its schema does not describe', async () => {
    const wrong = { event: 'x' } as never;
    await expect(stand.host().call(acme, 'effects.add', wrong)).rejects.toMatchObject({ code: 'RUNTIME_INPUT_INVALID', kind: 'invalid' });
  });

  it.each(['effects.none', 'constructor', '__proto__', ''])('is unknown by the name %j', async (name) => {
    await expect(stand.host().call(acme, name as 'effects.count', undefined)).rejects.toMatchObject({ code: 'RUNTIME_OPERATION_UNKNOWN' });
  });

  it('has the same guard as a handler', async () => {
    const host = stand.host();
    const refused = { code: 'RUNTIME_STATEMENT_REFUSED' };
    await expect(host.call(acme, 'effects.statement', { text: 'commit' })).rejects.toMatchObject(refused);
    const sneak = { text: `do $$ begin perform set_config('etis.tenant', 'bolt', true); end $$` };
    await expect(host.call(acme, 'effects.statement', sneak)).rejects.toMatchObject({ code: 'RUNTIME_TENANT_CHANGED' });
  });

  it('ends with its deadline', async () => {
    const host = stand.host({ settings: { handlerDeadlineMs: 20 } });
    await expect(host.call(acme, 'effects.statement', { text: 'select pg_sleep(0.2)' })).rejects.toMatchObject({
      code: 'RUNTIME_DEADLINE',
    });
    const late = { ...acme, deadline: Date.now() - 1 };
    await expect(host.call(late, 'effects.count', undefined)).rejects.toMatchObject({ retryable: true });
  });

  it('can be called by name alone, through a host of any product', async () => {
    const host: { call(context: typeof acme, operation: string, input: unknown): Promise<unknown> } = stand.host();
    const tx: ProductTx | undefined = undefined;
    expect([await host.call(acme, 'effects.count', undefined), tx]).toEqual([0, undefined]);
  });
});

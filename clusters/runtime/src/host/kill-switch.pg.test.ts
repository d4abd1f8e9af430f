import type { Directives, DirectiveTarget, RestrictingVerb } from '@etis/contracts/directives';
import { silentLog } from '@etis/kernel';
import { createClusterHost } from '@etis/runtime';
import { testContext } from '@etis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeSinks, laneEntries, ledgerBatch, ledgerCluster, ledgerProduct, whole } from '../../fixtures/ledger.ts';
import { calm, gate, type LedgerStand, ledgerStand } from '../../fixtures/ledger-stand.ts';

/** One directive at a time, about one tenant. */
function directivesUnderTest() {
  const callbacks = new Set<() => void>();
  const asked: DirectiveTarget[] = [];
  let inForce: { verb: RestrictingVerb; tenant: string } | null = null;
  const directives: Directives = {
    verdict(target) {
      asked.push(target);
      if (inForce === null || target.tenant !== inForce.tenant) return null;
      return { verb: inForce.verb, directives: ['d'], reason: 'a fire in the hall', rate: null, since: 0 };
    },
    inForce: () => [],
    subscribe(callback) {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
  };
  return {
    directives,
    asked,
    followers: callbacks,
    set(verb: RestrictingVerb | null, tenant = 'acme'): void {
      inForce = verb === null ? null : { verb, tenant };
      for (const callback of [...callbacks]) callback();
    },
  };
}

let stand: LedgerStand;
let under: ReturnType<typeof directivesUnderTest>;
beforeEach(async () => {
  stand = await ledgerStand();
  under = directivesUnderTest();
});
afterEach(() => stand.drop());

function host(options: Parameters<typeof ledgerProduct>[0] = {}) {
  const { jobs, publish } = fakeSinks();
  const { directives } = under;
  return createClusterHost({
    cluster: ledgerCluster,
    product: ledgerProduct(options),
    db: stand.db,
    jobs,
    publish,
    directives,
    log: silentLog,
  });
}

describe('a kill', () => {
  it('aborts the handler that runs, keeps nothing of it, and blames no entry', async () => {
    const begun = gate();
    const signals: AbortSignal[] = [];
    const waiting = host({
      async after(_, { signal }) {
        signals.push(signal);
        begun.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    const entries = laneEntries(3);
    const outcome = waiting.handle(ledgerBatch(entries), calm());
    await begun.opened;
    under.set('kill');
    await expect(outcome).rejects.toMatchObject({ code: 'RUNTIME_STOPPED', kind: 'unavailable' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect([await stand.count('effect'), await stand.count('outbox')]).toEqual([0, 0]);
    under.set(null);
    expect(await host().handle(ledgerBatch(entries), calm())).toSatisfy(whole(3));
    expect(await stand.effects()).toEqual(entries.map(({ event }) => event.id));
  });

  it('of another tenant changes nothing', async () => {
    const begun = gate();
    const go = gate();
    const waiting = host({
      async after() {
        begun.open();
        await go.opened;
      },
    });
    const outcome = waiting.handle(ledgerBatch(laneEntries(1)), calm());
    await begun.opened;
    under.set('kill', 'bolt');
    go.open();
    expect(await outcome).toSatisfy(whole(1));
  });

  it('refuses operations too', async () => {
    under.set('kill');
    const context = testContext({ tenant: 'acme' });
    await expect(host().call(context, 'effects.count', undefined)).rejects.toMatchObject({ code: 'RUNTIME_HELD' });
    under.set('pause');
    expect(await host().call(context, 'effects.count', undefined)).toBe(0);
  });
});

describe('a batch', () => {
  it.each<RestrictingVerb>(['kill', 'pause'])('is not begun under a %s', async (verb) => {
    under.set(verb);
    await expect(host().handle(ledgerBatch(laneEntries(1)), calm())).rejects.toMatchObject({
      code: 'RUNTIME_HELD',
      kind: 'unavailable',
      message: expect.stringContaining('a fire in the hall'),
    });
    expect(await stand.count('effect')).toBe(0);
  });

  it.each<RestrictingVerb>(['drain', 'throttle'])('is handled under a %s: how much comes is the dispatcher’s', async (verb) => {
    under.set(verb);
    expect(await host().handle(ledgerBatch(laneEntries(2)), calm())).toSatisfy(whole(2));
  });

  it('that is running is finished under a pause', async () => {
    const begun = gate();
    const go = gate();
    const waiting = host({
      async after() {
        begun.open();
        await go.opened;
      },
    });
    const outcome = waiting.handle(ledgerBatch(laneEntries(2)), calm());
    await begun.opened;
    under.set('pause');
    go.open();
    expect(await outcome).toSatisfy(whole(2));
  });

  it('is told apart by tenant, product and cluster, and leaves nobody behind who follows', async () => {
    await host().handle(ledgerBatch(laneEntries(1)), calm());
    expect(under.asked[0]).toEqual({ tenant: 'acme', product: 'ledger', cluster: 'ledger-standard' });
    expect(under.followers.size).toBe(0);
  });
});

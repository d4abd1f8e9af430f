import type { BatchOutcome, HandleBatch, LaneBatch, Transport } from '@etis/contracts/lanes';
import { EtisError, errorCatalogue } from '@etis/kernel';
import { eventually } from '@etis/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fakeCluster, thing } from '../spine-fixture.ts';
import { createWorld, quick, settled } from '../spine-under-test.ts';

/** A transport at work, both ends. */
export interface TransportUnderTest {
  readonly transport: Transport;
  /** Runs a host of the cluster until what it gives back is called. */
  host(cluster: string, handle: HandleBatch): Promise<() => Promise<void>>;
  end(): Promise<void>;
}

const refused = errorCatalogue('HOST', {
  AWAY: { kind: 'unavailable', retryable: true, message: () => 'The host goes away.' },
});

export function batchOf(overrides: Partial<LaneBatch> = {}, data: unknown = null): LaneBatch {
  const event = {
    specversion: '1.0',
    id: '01980000-0000-7000-8000-000000000001',
    source: '/plain',
    type: 'thing.added',
    subject: 'thing 1',
    time: '2026-01-01T00:00:00Z',
    data,
    tenant: 'acme',
    project: null,
    region: null,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    flow: '01980000-0000-7000-8000-000000000001',
    cause: null,
    hop: 0,
  } as const;
  const lane = { lane: 'acme/nudge', tenant: 'acme', product: 'nudge', cluster: 'nudge-standard', mode: 'ordered' } as const;
  return { ...lane, entries: [{ position: 12n, event }], ...overrides };
}

const calm = () => AbortSignal.timeout(50_000);
const all: HandleBatch = async ({ entries }) => ({ handled: entries.length });

/** What every transport promises, tried on the real thing. */
export function transportConformance(name: string, open: () => Promise<TransportUnderTest>): void {
  describe(`${name}: what every transport promises`, () => {
    let under: TransportUnderTest;
    let stops: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      under = await open();
    });
    afterEach(async () => {
      for (const stop of stops) await stop();
      stops = [];
    });
    afterAll(() => under.end());

    async function host(handle: HandleBatch, cluster = 'nudge-standard'): Promise<() => Promise<void>> {
      const stop = await under.host(cluster, handle);
      stops.push(stop);
      return stop;
    }

    it('brings every member of a batch and of its outcome as it is', async () => {
      const seen: LaneBatch[] = [];
      let answer: BatchOutcome = { handled: 0 };
      await host(async (batch) => {
        seen.push(batch);
        return answer;
      });
      const farthest = 2n ** 63n - 1n;
      const batches: readonly LaneBatch[] = [
        batchOf({ after: 11n, generation: 3 }),
        batchOf({ mode: 'leave', entries: [], asks: [1n, farthest] }),
        batchOf({ mode: 'parked', after: -1n }),
      ];
      const outcomes: readonly BatchOutcome[] = [
        { handled: 1, outgoing: ['01980000-0000-7000-8000-000000000002'] },
        { handled: 0, left: { position: farthest, handled: [1n] } },
        { handled: 0, failed: { position: 12n, error: 'no \u{1F4A5} of "that"', retryable: true, retryAfterMs: 1_500 } },
      ];
      for (const [index, batch] of batches.entries()) {
        answer = outcomes[index] ?? answer;
        expect(await under.transport.deliver(batch, calm())).toEqual(answer);
      }
      expect(seen).toEqual(batches);
    });

    it('brings whatever JSON an event holds', async () => {
      let seen: unknown;
      await host(async ({ entries }) => {
        seen = entries[0]?.event.data;
        return { handled: 1 };
      });
      await fc.assert(
        fc.asyncProperty(fc.json({ maxDepth: 6, noUnicodeString: false } as never), async (text) => {
          const data: unknown = JSON.parse(text.replaceAll('-0', '0'));
          await under.transport.deliver(batchOf({}, data), calm());
          expect(seen).toEqual(data);
        }),
        { numRuns: 60 },
      );
      const odd = JSON.parse(
        `{"__proto__":{"polluted":true},"constructor":1,"":"\\u0000\\ud800","deep":${'['.repeat(500)}${']'.repeat(500)}}`,
      );
      await under.transport.deliver(batchOf({}, odd), calm());
      expect(JSON.stringify(seen)).toBe(JSON.stringify(odd));
      expect('polluted' in {}).toBe(false);
    });

    it('brings a batch of 8 MiB', async () => {
      let length = 0;
      await host(async ({ entries }) => {
        length = String(entries[0]?.event.data).length;
        return { handled: 1 };
      });
      await under.transport.deliver(batchOf({}, 'x'.repeat(8 << 20)), calm());
      expect(length).toBe(8 << 20);
    });

    it('gives each of many batches at a time its own outcome', async () => {
      const clusters = ['nudge-standard', 'nudge-own', 'pulse-standard'];
      for (const cluster of clusters) await host(async ({ entries }) => ({ handled: Number(entries[0]?.event.data) }), cluster);
      const counts = Array.from({ length: 300 }, (_, index) => index);
      const outcomes = await Promise.all(
        counts.map((count) => under.transport.deliver(batchOf({ cluster: clusters[count % 3] ?? '' }, count), calm())),
      );
      expect(outcomes.map(({ handled }) => handled)).toEqual(counts);
    });

    it('tells a host that cannot take a batch from one of which nothing is known', async () => {
      await host(async ({ mode }) => {
        throw mode === 'parked' ? refused.AWAY() : new TypeError('undefined is not a beam');
      });
      const away = under.transport.deliver(batchOf({ mode: 'parked' }), calm());
      await expect(away).rejects.toMatchObject({ kind: 'unavailable', code: 'HOST_AWAY' });
      const unknown = under.transport.deliver(batchOf(), calm());
      await expect(unknown).rejects.toSatisfy((error) => !(error instanceof EtisError && error.kind === 'unavailable'));
    });

    it('rejects as unavailable what no host takes, and delivers once there is one', async () => {
      const lonely = under.transport.deliver(batchOf({ cluster: 'nudge-nowhere' }), calm());
      await expect(lonely).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
      let taken = 0;
      await host(async () => {
        taken += 1;
        return { handled: 1 };
      }, 'nudge-nowhere');
      expect(await under.transport.deliver(batchOf({ cluster: 'nudge-nowhere' }), calm())).toEqual({ handled: 1 });
      expect(taken).toBe(1);
    });

    it('waits no longer than its signal, and goes on afterwards', async () => {
      const { promise: blocked, resolve: release } = Promise.withResolvers<void>();
      let calls = 0;
      await host(async (batch) => {
        calls += 1;
        if (batch.generation === 1) await blocked;
        return { handled: 1 };
      });
      const control = new AbortController();
      const reason = new Error('taking too long');
      const waiting = deliverUnlessAborted(under.transport, batchOf({ generation: 1 }), control.signal);
      await eventually(async () => calls === 1);
      control.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      expect(await under.transport.deliver(batchOf({ generation: 2 }), calm())).toEqual({ handled: 1 });
      release();
      await expect(under.transport.deliver(batchOf(), AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('carries a spine: each effect once and in order, past failures and hosts that come and go', async () => {
      const world = await createWorld();
      try {
        let failures = 0;
        const cluster = fakeCluster((entry) => {
          if (entry.event.data === 'poison') return { error: 'never', retryable: false };
          if (entry.event.data === 'flaky' && failures++ < 3) return { error: 'later', retryable: true };
          return entry.event.data === 'breaks' && failures++ < 6 ? 'crash-after' : 'ok';
        });
        const take: HandleBatch = (batch, signal) => cluster.deliver(batch, signal);
        let stop = await under.host('nudge-standard', take);
        const spine = await world.start(under.transport, quick);
        const odd = new Map([
          [7, 'poison'],
          [20, 'flaky'],
          [41, 'breaks'],
        ]);
        const sent = Array.from({ length: 90 }, (_, index) => thing(['acme', 'birch', 'cedar'][index % 3] ?? '', odd.get(index) ?? null));
        for (const [index, one] of sent.entries()) {
          await spine.inbox.append(one);
          if (index !== 45) continue;
          await stop();
          stop = await under.host('nudge-standard', take);
        }
        for (const one of sent) await settled(spine, one.id);
        await stop();
        const subjectOf = (one: (typeof sent)[number]) => (JSON.parse(one.body.toString()) as { subject: string }).subject;
        for (const [index, tenant] of ['acme', 'birch', 'cedar'].entries()) {
          const got = cluster.effects.get(`${tenant}/nudge`) ?? [];
          const wanted = sent.filter((_, at) => at % 3 === index && at !== 7).map(subjectOf);
          expect([...got].sort()).toEqual([...wanted].sort());
          const aside = subjectOf(sent[20] as (typeof sent)[number]);
          expect(got.filter((one) => one !== aside)).toEqual(wanted.filter((one) => one !== aside));
        }
      } finally {
        await world.end();
      }
    });

    it('lets what runs finish when a host stops', async () => {
      const { promise: blocked, resolve: release } = Promise.withResolvers<void>();
      let calls = 0;
      const stop = await host(async () => {
        calls += 1;
        await blocked;
        return { handled: 1 };
      });
      const delivered = under.transport.deliver(batchOf(), calm());
      await eventually(async () => calls === 1);
      const stopped = stop();
      release();
      expect(await delivered).toEqual({ handled: 1 });
      await stopped;
      stops = [];
      await host(all);
      expect(await under.transport.deliver(batchOf(), calm())).toEqual({ handled: 1 });
    });
  });
}

/** The direct transport leaves the signal to the host and the dispatcher; the dispatcher's rule is this one. */
async function deliverUnlessAborted(transport: Transport, batch: LaneBatch, signal: AbortSignal): Promise<BatchOutcome> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return await Promise.race([transport.deliver(batch, signal), aborted]);
}

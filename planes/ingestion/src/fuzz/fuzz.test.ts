import type { Delivery, Inbox } from '@etis/contracts/events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type IngestionStand, startIngestion } from '../ingestion-stand.ts';
import { readsInBounds } from '../sources/reading-under-test.ts';
import { fuzzRuns } from './fuzz-runs.ts';
import { bytesMutation, headerMutation, jsonMutation, mutateBytes, mutateHeaders, mutateJson } from './mutations.ts';
import { presentSeconds, type SeenHeaders, specimens } from './specimens.ts';

const runs = fuzzRuns();
const mebibyte = 1_048_576;

/** Keeps the last delivery only, so that what grows during a long run is the product. */
function forgetfulInbox(): Inbox & { last: Delivery | undefined } {
  return {
    last: undefined,
    async append(delivery) {
      this.last = delivery;
      return { outcome: 'accepted', id: delivery.id };
    },
  };
}

/** As Node gives headers that came twice: joined, but of those that may come once only the first counts. */
function asSeen(headers: Record<string, string | string[]>): SeenHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const values = [value].flat().map((one) => one.trim());
      return [name, name === 'authorization' || name === 'content-type' ? values[0] : values.join(', ')];
    }),
  );
}

describe.each(specimens)('mutated deliveries of $source', (specimen) => {
  const inbox = forgetfulInbox();
  let stand: IngestionStand;

  beforeEach(async () => {
    stand = await startIngestion({ secrets: { [specimen.source]: specimen.secrets }, inbox });
    stand.clock.at = presentSeconds * 1_000;
  });

  afterEach(() => stand.close());

  async function deliver(headers: Record<string, string | string[]>, body: Buffer): Promise<void> {
    inbox.last = undefined;
    const answer = await stand.ask({ method: 'POST', path: `/hooks/${specimen.source}`, headers, body });
    const genuine = specimen.isGenuine(asSeen(headers), body);
    // Nothing forged is accepted, and nothing fails: it is taken, or its proof is refused.
    if (answer.status !== 401) expect([answer.status, genuine, answer.text]).toEqual([202, true, answer.text]);
    const kept = inbox.last as Delivery | undefined;
    if (kept === undefined) return;
    expect(kept.body.equals(body)).toBe(true);
    readsInBounds(specimen.source, kept.body, kept.headers);
  }

  const names = [
    ...new Set(specimen.deliveries.flatMap(({ headers }) => Object.keys(headers))),
    ...Object.keys(specimen.sign(Buffer.alloc(0))),
  ];
  const delivery = fc.constantFrom(...specimen.deliveries);

  test(
    `law: ${runs} of them are each refused or read in bounds, and none is forged`,
    async () => {
      const before = process.memoryUsage().rss;
      let peak = before;
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          delivery,
          fc.array(jsonMutation, { maxLength: 4 }),
          fc.option(bytesMutation, { freq: 4 }),
          fc.array(headerMutation(names), { maxLength: 2 }),
          fc.option(bytesMutation, { freq: 5 }),
          async ({ headers: said, body: text }, changes, innerBytes, headerChanges, outerBytes) => {
            const changed = Buffer.from(changes.reduce(mutateJson, text));
            const signedBody = innerBytes === null ? changed : mutateBytes(changed, innerBytes);
            const headers = { ...(said as Record<string, string>), ...specimen.sign(signedBody) } as Record<string, string | string[]>;
            for (const change of headerChanges) mutateHeaders(headers, change);
            await deliver(headers, outerBytes === null ? signedBody : mutateBytes(signedBody, outerBytes));
            count += 1;
            if (count % 100 === 0) peak = Math.max(peak, process.memoryUsage().rss);
          },
        ),
        { numRuns: runs },
      );
      expect((peak - before) / mebibyte).toBeLessThan(512);
    },
    60_000 + runs * 20,
  );

  test('law: what its own senders sign is always accepted, whatever it says', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, fc.array(jsonMutation, { maxLength: 4 }), async ({ headers, body: text }, changes) => {
        const body = Buffer.from(changes.reduce(mutateJson, text));
        const signed = { ...(headers as Record<string, string>), ...specimen.sign(body) };
        const answer = await stand.ask({ method: 'POST', path: `/hooks/${specimen.source}`, headers: signed, body });
        expect(answer.status).toBe(202);
      }),
      { numRuns: Math.min(runs, 300) },
    );
  }, 60_000);
});

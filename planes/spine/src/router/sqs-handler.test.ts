import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Delivery } from '@etis/contracts/events';
import { createSqsHandler, textOfDelivery } from '@etis/spine/sqs-handler';
import { describe, expect, it } from 'vitest';
import { adapters, delivery, fakeGovernance, fakeView, plainAdapter, thing } from '../spine-fixture.ts';
import type { RoutedDelivery } from './apply.ts';
import { route } from './route.ts';
import { routingTable } from './routing-table.ts';

/** A record as AWS Lambda gives it. */
function record(messageId: string, body: string, group?: string) {
  return {
    messageId,
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
      ...(group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: messageId, SequenceNumber: '18849496460467696128' }),
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:my-queue',
    awsRegion: 'us-east-2',
  };
}

function stand(failing: ReadonlySet<Delivery['id']> = new Set()) {
  const kept: RoutedDelivery[] = [];
  const failures: string[] = [];
  const governance = fakeGovernance();
  const handle = createSqsHandler({
    governance,
    adapters,
    async sink(routed) {
      if (failing.has(routed.delivery.id)) throw new Error('the sink is full');
      kept.push(routed);
    },
    onFailure: (messageId) => failures.push(messageId),
  });
  return { handle, kept, failures, governance };
}

describe('the router as a handler for SQS', () => {
  it('routes each record as the router does', async () => {
    const { handle, kept } = stand();
    const deliveries = [thing('acme'), thing('birch'), delivery('not json'), delivery({ type: 'thing.added', site: 'nowhere' })];
    const answer = await handle({ Records: deliveries.map((one, index) => record(`m${index}`, textOfDelivery(one))) });
    expect(answer).toEqual({ batchItemFailures: [] });
    const table = routingTable(fakeView());
    expect(kept).toEqual(deliveries.map((one) => ({ delivery: one, routed: route(one, plainAdapter, table) })));
    expect(kept[2]?.routed.unmatched).toMatchObject([{ reason: 'unreadable' }]);
  });

  it.each(['', 'null', '[]', '{"id":1}', 'not json'])('fails a poison record alone: %j', async (poison) => {
    const { handle, kept, failures } = stand();
    const answer = await handle({ Records: [record('bad', poison), record('good', textOfDelivery(thing('acme')))] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect(failures).toEqual(['bad']);
    expect(kept).toHaveLength(1);
  });

  it.each([
    ['id', 'x'],
    ['body', '%'],
    ['digest', 'ab'],
    ['headers', { a: 1 }],
    ['headers', []],
    ['traceparent', 'x'],
    ['receivedAt', '2026-99-99T00:00:00Z'],
    ['connection', ''],
  ])('fails a delivery whose %s is %j', async (member, value) => {
    const { handle } = stand();
    const body = JSON.stringify({ ...(JSON.parse(textOfDelivery(thing('acme'))) as object), [member]: value });
    expect(await handle({ Records: [record('bad', body)] })).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
  });

  it('fails the records that the sink fails on, and no others', async () => {
    const deliveries = [thing('acme'), thing('acme'), thing('birch')];
    const { handle, kept } = stand(new Set([deliveries[1]?.id ?? '']));
    const answer = await handle({ Records: deliveries.map((one, index) => record(`m${index}`, textOfDelivery(one))) });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(kept.map((one) => one.delivery.id)).toEqual([deliveries[0]?.id, deliveries[2]?.id]);
  });

  it('fails what follows in the group of a FIFO queue, so that order holds', async () => {
    const deliveries = [thing('acme'), thing('acme'), thing('birch'), thing('acme')];
    const { handle, kept } = stand(new Set([deliveries[1]?.id ?? '']));
    const groups = ['acme', 'acme', 'birch', 'acme'];
    const answer = await handle({ Records: deliveries.map((one, index) => record(`m${index}`, textOfDelivery(one), groups[index])) });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm3' }] });
    expect(kept).toHaveLength(2);
  });

  it('is governed by the view of the moment', async () => {
    const { handle, kept, governance } = stand();
    const Records = [record('m', textOfDelivery(thing('acme')))];
    await handle({ Records });
    governance.change(fakeView({ version: 2, subscriptions: [] }));
    await handle({ Records });
    expect(kept.map(({ routed }) => routed.events[0]?.lanes.length)).toEqual([1, 0]);
  });

  it.each([undefined, null, 'x', {}, { Records: [] }, { Records: 'x' }, { Records: [null] }, { Records: [{ messageId: 'm' }] }])(
    'refuses %j, which is no event of a queue',
    async (event) => {
      await expect(stand().handle(event)).rejects.toMatchObject({ code: 'SPINE_SQS_EVENT_MALFORMED' });
    },
  );

  it('loads without PostgreSQL', async () => {
    const entry = JSON.stringify(new URL('../sqs-handler.ts', import.meta.url).href);
    const program = `import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      await import(${entry});
      console.log(JSON.stringify(loaded));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded.some((url) => url.endsWith('/router/route.ts'))).toBe(true);
    expect(loaded.filter((url) => /\/(pg|pg-[a-z]+|postgres)\//.test(url))).toEqual([]);
  });
});

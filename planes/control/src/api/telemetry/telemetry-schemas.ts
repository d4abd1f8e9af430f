import { Type } from 'typebox';
import { integer, list, named, nullable, oneOf, pageFields, strict, text, time } from '../schemas.ts';

const amount = Type.Number();

export const loadReply = Type.Object({
  subscribers: list(
    named(
      'SubscriberLoad',
      Type.Object({
        subscriber: text,
        since: time,
        at: time,
        process: Type.Object({
          cpu: Type.Number({ description: 'share of one core' }),
          rssBytes: amount,
          heapBytes: amount,
          eventLoopDelayMs: Type.Number({ description: '99th percentile of the interval' }),
        }),
        queues: list(
          Type.Object({
            queue: text,
            tenant: nullable(text),
            depth: amount,
            oldestMs: Type.Number({ description: 'the age of the oldest that waits, in milliseconds' }),
          }),
        ),
        work: list(
          Type.Object({
            work: text,
            tenant: nullable(text),
            done: integer,
            failed: integer,
            busyMs: Type.Number({ description: 'the sum of the durations, in milliseconds' }),
            durations: Type.Object({ count: integer, p50: amount, p95: amount, p99: amount, max: amount }),
          }),
        ),
        byTenant: Type.Unsafe<readonly { tenant: string | null; share: number }[]>({
          ...list(Type.Object({ tenant: nullable(text), share: amount })),
          description: 'who makes the load: shares of the busy time, the largest first, at most 20',
        }),
      }),
    ),
  ),
});

export const loadHistoryReply = Type.Object({
  minutes: list(named('WorkMinute', Type.Object({ minute: time, work: text, done: integer, failed: integer }))),
});

export const exampleMinute = { minute: '2026-11-02T09:30:00.000Z', work: 'handler/nudge', done: 2_880, failed: 1 };

export const alertsQuery = Type.Object(
  { limit: pageFields.limit, open: Type.Optional(Type.Boolean({ description: 'only what is wrong now; true by default' })) },
  strict,
);

export const alertsReply = Type.Object({
  alerts: list(
    named(
      'Alert',
      Type.Object({
        id: text,
        rule: text,
        subject: Type.String({ description: 'what is wrong: a queue, a kind of work or a subscriber' }),
        severity: oneOf(['warning', 'critical']),
        text,
        raisedAt: time,
        clearedAt: Type.Unsafe<string | null>({ ...nullable(time), description: 'null while it lasts' }),
      }),
    ),
  ),
});

export const exampleLoad = {
  subscriber: 'cluster.nudge-standard.node-1',
  since: '2026-11-02T09:30:00.000Z',
  at: '2026-11-02T09:30:05.000Z',
  process: { cpu: 0.4, rssBytes: 142_000_000, heapBytes: 61_000_000, eventLoopDelayMs: 3.1 },
  queues: [{ queue: 'lanes/nudge-standard', tenant: 'arbor-construction', depth: 12, oldestMs: 180 }],
  work: [
    {
      work: 'handler/nudge',
      tenant: 'arbor-construction',
      done: 240,
      failed: 1,
      busyMs: 1_310.5,
      durations: { count: 241, p50: 4.2, p95: 11.3, p99: 19.8, max: 31.4 },
    },
  ],
  byTenant: [{ tenant: 'arbor-construction', share: 1 }],
};

export const exampleAlert = {
  id: '019a4c1e-7d60-7f10-b3c2-0a9d4e5f6a71',
  rule: 'queue-age',
  subject: 'inbox',
  severity: 'warning' as const,
  text: 'inbox: the oldest waits for 61 s',
  raisedAt: '2026-11-02T09:30:05.000Z',
  clearedAt: null,
};

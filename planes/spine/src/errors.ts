import { errorCatalogue } from '@etis/kernel';

export const errors = errorCatalogue('SPINE', {
  UNAVAILABLE: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'The record cannot keep anything at the moment, because its database does not answer. Send it again.',
  },
  INBOX_FULL: {
    kind: 'limited',
    retryable: true,
    message: () => 'Too many deliveries wait to be recorded. Send it again in a few seconds.',
  },
  FULL: {
    kind: 'unavailable',
    retryable: true,
    message: () =>
      'The record is as large as it may be and takes nothing new. Give it more room (ETIS_SPINE_MAX_BYTES, the disk) or keep it for less long, then send it again.',
  },
  NO_LONGER_KEPT: {
    kind: 'not-found',
    message: (what: string, since: string) => `The ${what} is not kept any more: the record goes back to ${since}.`,
  },
  DELIVERY_MALFORMED: {
    kind: 'invalid',
    message: (what: string) => `The delivery cannot be recorded, because ${what}.`,
  },
  SQS_EVENT_MALFORMED: {
    kind: 'invalid',
    message: (what: string) => `The handler was called with what is no event of a queue: ${what}. Connect it to an SQS queue.`,
  },
  JOB_MALFORMED: {
    kind: 'invalid',
    message: (what: string) => `The job cannot be kept, because ${what}.`,
  },
  SCHEDULE_INVALID: {
    kind: 'invalid',
    message: (what: string) => `The schedule cannot be kept, because ${what}.`,
  },
  CURSOR_MALFORMED: {
    kind: 'invalid',
    message: () => 'The cursor is not one that this list gave. Start again without a cursor.',
  },
  LIMIT_MALFORMED: {
    kind: 'invalid',
    message: () => 'The limit is not a whole number from 1 to 200.',
  },
  BULK_LIMIT_MALFORMED: {
    kind: 'invalid',
    message: () => 'The limit is not a whole number from 1 to 1,000.',
  },
  FILTER_MALFORMED: {
    kind: 'invalid',
    message: (field: string, what: string) => `Nothing can be looked for by ${field}, because ${what}.`,
  },
  CLUSTER_UNKNOWN: {
    kind: 'unavailable',
    retryable: true,
    message: (cluster: string) => `The cluster ${cluster} does not run in this process. Start it, or move the lane.`,
  },
  REPLAY_MALFORMED: { kind: 'invalid', message: (why: string) => `The replay is refused: ${why}.` },
  REPLAY_EMPTY: {
    kind: 'invalid',
    message: () => 'The record holds no event that may be meant. Look with "etis events" what there is, and how far back.',
  },
  TRANSPORT_ABSENT: {
    kind: 'unavailable',
    retryable: true,
    message: (transport: string) =>
      `Batches go over the transport "${transport}", which this process was not set up for. Give it the setting (ETIS_REDIS_URL for bullmq) and start it again.`,
  },
  TRANSPORT_NOT_CARRIED: {
    kind: 'conflict',
    message: (transport: string, nodes: string) =>
      `The transport "${transport}" is not ready in ${nodes}, whose clusters would get nothing. Start it with the setting (ETIS_REDIS_URL for bullmq), see that it reaches the broker, and choose again.`,
  },
  TRANSPORT_AWAY: {
    kind: 'unavailable',
    retryable: true,
    message: (broker: string) => `${broker} cannot be reached, so nothing is delivered over it. The lane goes on when it is back.`,
  },
  TRANSPORT_UNTAKEN: {
    kind: 'unavailable',
    retryable: true,
    message: (cluster: string) =>
      `No host of the cluster ${cluster} took its batch from Redis. Start one with ETIS_REDIS_URL; the lane goes on then.`,
  },
  TRANSPORT_LOST: {
    kind: 'internal',
    message: () => 'The broker has lost the batch, or what came of it. It is delivered again, and what was handled is passed over.',
  },
  TRANSPORT_UNREADABLE: {
    kind: 'internal',
    message: (what: string) => `What came over the transport cannot be read, because ${what}.`,
  },
  OUTCOME_MALFORMED: {
    kind: 'internal',
    message: (what: string) => `The cluster's answer cannot be used, because ${what}.`,
  },
  DELIVERY_TIMEOUT: {
    kind: 'internal',
    message: (ms: number) => `The cluster gave no answer within ${ms} ms.`,
  },
  STOPPING: {
    kind: 'unavailable',
    retryable: true,
    message: () => 'The dispatcher is stopping. The lane goes on when it starts again.',
  },
  LANE_KILLED: {
    kind: 'unavailable',
    retryable: true,
    message: (reason: string) =>
      `A directive killed what was running (${reason}). The lane stays where it is until the directive is resumed.`,
  },
  LANE_AT_HOME: {
    kind: 'conflict',
    message: (lane: string, cluster: string) =>
      `The lane ${lane} is placed on the cluster that it is with, ${cluster}. Place it elsewhere first, or start that cluster.`,
  },
  LEASE_LOST: {
    kind: 'internal',
    message: () => 'Another dispatcher took the lane, because this one did not renew its lease in time.',
  },
});

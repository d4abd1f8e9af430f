/** Every bound and pace of the spine. Durations are in milliseconds. */
export interface SpineSettings {
  readonly inbox: {
    /** Deliveries and bytes that one commit may share. Default 256 and 4 MiB; one that is larger goes alone. */
    readonly batchCount: number;
    readonly batchBytes: number;
    /** Deliveries and bytes that may wait before SPINE_INBOX_FULL. Default 20,000 and 64 MiB. */
    readonly queueCount: number;
    readonly queueBytes: number;
    /** How long an append waits for a database that is gone, before SPINE_UNAVAILABLE. Default 4 s: senders give up after 5 to 7. */
    readonly waitMs: number;
  };
  readonly router: {
    /** Deliveries and bytes that one transaction routes. Default 500 and 16 MiB; one that is larger goes alone. */
    readonly batchCount: number;
    readonly batchBytes: number;
    /** Safety net for a lost hint. Default 1 s. */
    readonly pollMs: number;
  };
  readonly dispatcher: {
    /** Entries and bytes in one batch. Default 100 and 8 MiB. */
    readonly batchCount: number;
    readonly batchBytes: number;
    /** Entries that are kept in memory from when they were written until they are delivered. Default 64 MiB. */
    readonly aheadBytes: number;
    /** Batches in flight over all lanes, and to one cluster so that a slow one leaves room. Default 16 and 8. */
    readonly inFlight: number;
    readonly inFlightPerCluster: number;
    /** A lease is renewed at a third of this. Default 5 s. */
    readonly leaseMs: number;
    /** After this the outcome of a delivery counts as unknown. Default 60 s. */
    readonly deliverMs: number;
    /** How long `stop` lets deliveries finish before it aborts them. Default 2 s. */
    readonly graceMs: number;
    readonly pollMs: number;
    /** Attempts of one entry without any outcome before it is parked. Default 5. */
    readonly maxUnknown: number;
    /** Attempts of one entry over all before it is a dead letter. Default 8. */
    readonly maxAttempts: number;
    /** Back-off of a lane whose delivery was rejected. Default 200 ms to 30 s. */
    readonly laneBackoff: { readonly base: number; readonly cap: number };
    /** Back-off of a parked entry. Default 1 s to 5 min. */
    readonly parkedBackoff: { readonly base: number; readonly cap: number };
  };
  readonly jobs: {
    /** Default 8. */
    readonly maxAttempts: number;
    /** Default 2 s to 5 min. */
    readonly backoff: { readonly base: number; readonly cap: number };
    readonly pollMs: number;
  };
  readonly maintenance: {
    readonly everyMs: number;
    /** How long deliveries, events, entries, acknowledgements and ended jobs are kept at least; an eighth more at most. Default 90 days. */
    readonly keepDays: number;
    /** How long a digest keeps a redelivery out. Default 45 days. */
    readonly digestDays: number;
    /** How long what found no place can be replayed. Default 90 days. */
    readonly unmatchedDays: number;
    readonly deleteCount: number;
    /** What is needed of a slice that goes is copied by so many at a time. Default 500. */
    readonly keepCount: number;
    /** Past this the record takes nothing new; null, the default, leaves it to the disk. */
    readonly maxBytes: number | null;
    /** What has to stay free on the disk, where that is known. Default 512 MiB. */
    readonly reserveBytes: number;
    /** How often the record is measured. Default 10 s. */
    readonly measureMs: number;
  };
}

/** Settings of which any may be left out. */
export type SpineOverrides = { readonly [Part in keyof SpineSettings]?: Partial<SpineSettings[Part]> };

const defaults: SpineSettings = {
  inbox: { batchCount: 256, batchBytes: 4 << 20, queueCount: 20_000, queueBytes: 64 << 20, waitMs: 4_000 },
  router: { batchCount: 500, batchBytes: 16 << 20, pollMs: 1_000 },
  dispatcher: {
    batchCount: 100,
    batchBytes: 8 << 20,
    aheadBytes: 64 << 20,
    inFlight: 16,
    inFlightPerCluster: 8,
    leaseMs: 5_000,
    deliverMs: 60_000,
    graceMs: 2_000,
    pollMs: 1_000,
    maxUnknown: 5,
    maxAttempts: 8,
    laneBackoff: { base: 200, cap: 30_000 },
    parkedBackoff: { base: 1_000, cap: 300_000 },
  },
  jobs: { maxAttempts: 8, backoff: { base: 2_000, cap: 300_000 }, pollMs: 1_000 },
  maintenance: {
    everyMs: 600_000,
    keepDays: 90,
    digestDays: 45,
    unmatchedDays: 90,
    deleteCount: 1_000,
    keepCount: 500,
    maxBytes: null,
    reserveBytes: 512 << 20,
    measureMs: 10_000,
  },
};

export function spineSettings(overrides: SpineOverrides = {}): SpineSettings {
  return {
    inbox: { ...defaults.inbox, ...overrides.inbox },
    router: { ...defaults.router, ...overrides.router },
    dispatcher: { ...defaults.dispatcher, ...overrides.dispatcher },
    jobs: { ...defaults.jobs, ...overrides.jobs },
    maintenance: { ...defaults.maintenance, ...overrides.maintenance },
  };
}

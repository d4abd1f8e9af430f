import { openBullmq } from './bullmq.ts';
import type { Candidate, Family } from './contender.ts';
import { openEtis } from './etis.ts';
import { openEtisWhole } from './etis-whole.ts';
import { openGraphile } from './graphile.ts';
import { openPgBoss } from './pg-boss.ts';
import type { Stand } from './stand.ts';

/**
 * The contenders (those of `names`, or all) with the settings that are tried; those of the peers are around what each one's documentation says of
 * throughput.
 */
export function families(stand: Stand, { lanes, names }: { lanes: number; names: readonly string[] }): readonly Family[] {
  return all(stand, lanes).filter(({ name }) => names.length === 0 || names.includes(name));
}

function all(stand: Stand, lanes: number): readonly Family[] {
  const { redis } = stand;
  return [
    { name: 'etis spine', candidates: candidates({}, () => openEtis(stand, { lanes })) },
    { name: 'etis whole', candidates: candidates({}, () => openEtisWhole(stand, lanes)) },
    {
      name: 'graphile-worker',
      candidates: [
        { concurrentJobs: 24, localQueue: 500, batchDelay: 0 },
        { concurrentJobs: 24, localQueue: 2_000, batchDelay: 0 },
        { concurrentJobs: 100, localQueue: 1_000, batchDelay: 0 },
        { concurrentJobs: 100, localQueue: 1_000, batchDelay: 5 },
      ].flatMap((settings) => candidates(settings, () => openGraphile(stand, settings))),
    },
    {
      name: 'pg-boss',
      candidates: [
        { batchSize: 500, localConcurrency: 1 },
        { batchSize: 1_000, localConcurrency: 2 },
        { batchSize: 2_000, localConcurrency: 2 },
        { batchSize: 500, localConcurrency: 4 },
      ].flatMap((settings) => candidates(settings, () => openPgBoss(stand, settings))),
    },
    ...(redis === null
      ? []
      : [
          {
            name: 'bullmq',
            candidates: [
              { workers: 1, concurrency: 100, autoPipelining: false },
              { workers: 1, concurrency: 300, autoPipelining: true },
              { workers: 4, concurrency: 50, autoPipelining: false },
              { workers: 4, concurrency: 50, autoPipelining: true },
            ].flatMap((settings) => candidates(settings, () => openBullmq(redis, settings))),
          },
        ]),
  ];
}

/** The same publishers for all: so many calls at a time, each of so many messages, the next one when it was answered. */
const publishers = [
  { batch: 500, atOnce: 2 },
  { batch: 500, atOnce: 4 },
];

function candidates(settings: object, open: Candidate['open']): readonly Candidate[] {
  return publishers.map((publishing) => ({
    settings: { ...settings, publish: `${publishing.atOnce} x ${publishing.batch}` },
    publishing,
    open,
  }));
}

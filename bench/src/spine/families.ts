import { openBullmq } from './bullmq.ts';
import type { Candidate, Family } from './contender.ts';
import { etisPublishing, openEtis } from './etis.ts';
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
    { name: 'etis spine', candidates: [candidate({}, etisPublishing, () => openEtis(stand, { lanes }))] },
    { name: 'etis whole', candidates: [candidate({}, etisPublishing, () => openEtisWhole(stand, lanes))] },
    {
      name: 'graphile-worker',
      candidates: [
        { concurrentJobs: 24, localQueue: 500, batchDelay: 0 },
        { concurrentJobs: 24, localQueue: 2_000, batchDelay: 0 },
        { concurrentJobs: 100, localQueue: 1_000, batchDelay: 0 },
        { concurrentJobs: 100, localQueue: 1_000, batchDelay: 5 },
      ].map((settings) => candidate(settings, { batch: 500, atOnce: 2 }, () => openGraphile(stand, settings))),
    },
    {
      name: 'pg-boss',
      candidates: [
        { batchSize: 500, localConcurrency: 1 },
        { batchSize: 1_000, localConcurrency: 2 },
        { batchSize: 2_000, localConcurrency: 2 },
        { batchSize: 500, localConcurrency: 4 },
      ].map((settings) => candidate(settings, { batch: 500, atOnce: 2 }, () => openPgBoss(stand, settings))),
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
            ].map((settings) => candidate(settings, { batch: 500, atOnce: 2 }, () => openBullmq(redis, settings))),
          },
        ]),
  ];
}

function candidate(settings: object, publishing: Candidate['publishing'], open: Candidate['open']): Candidate {
  return { settings: { ...settings, publish: `${publishing.atOnce} x ${publishing.batch}` }, publishing, open };
}

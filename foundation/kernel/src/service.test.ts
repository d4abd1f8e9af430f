import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLog } from './log.ts';
import { type Service, supervise } from './service.ts';

function recorded(name: string, journal: string[], fail: 'start' | 'stop' | null = null): Service {
  return {
    name,
    async start() {
      journal.push(`start ${name}`);
      if (fail === 'start') throw new Error(`${name} cannot start`);
    },
    async stop() {
      journal.push(`stop ${name}`);
      if (fail === 'stop') throw new Error(`${name} cannot stop`);
    },
  };
}

describe('supervise', () => {
  it('starts in order and stops in the opposite one', async () => {
    const journal: string[] = [];
    const all = supervise('all', [recorded('a', journal), recorded('b', journal)], silentLog);
    await all.start();
    await all.stop();
    await all.stop();
    expect(journal).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops whatever had started, the failed one too, when one does not start', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat(5), async (count, at) => {
        const failing = at % count;
        const journal: string[] = [];
        const services = Array.from({ length: count }, (_, index) => recorded(`${index}`, journal, index === failing ? 'start' : null));
        await expect(supervise('all', services, silentLog).start()).rejects.toThrow(`${failing} cannot start`);
        const starts = journal.filter((line) => line.startsWith('start')).map((line) => line.slice(6));
        const stops = journal.filter((line) => line.startsWith('stop')).map((line) => line.slice(5));
        expect(stops).toEqual(starts.toReversed());
      }),
    );
  });

  it('lets one that cannot stop keep none of the others', async () => {
    const journal: string[] = [];
    const all = supervise('all', [recorded('a', journal), recorded('b', journal, 'stop'), recorded('c', journal)], silentLog);
    await all.start();
    await all.stop();
    expect(journal.slice(3)).toEqual(['stop c', 'stop b', 'stop a']);
  });
});

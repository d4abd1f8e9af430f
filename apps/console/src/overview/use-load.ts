import { useLook } from '../platform/use-look.ts';

/** What every process last reported; reports come every five seconds. */
export function useLoad() {
  return useLook({
    of: [],
    key: ['load'],
    everyMs: 5_000,
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/load', { signal });
      return { data: data.subscribers };
    },
  });
}

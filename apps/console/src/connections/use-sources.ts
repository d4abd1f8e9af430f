import { useLook } from '../platform/use-look.ts';

/** What a connection can be of; empty until it is known. */
export function useSources() {
  const sources = useLook({
    of: [],
    key: ['sources'],
    ask: async (etis, signal) => ({ data: (await etis.get('/api/v1/sources', { params: { query: { limit: 100 } }, signal })).data.items }),
  });
  return sources.data ?? [];
}

import type { Client } from '@etis/client';
import { keepPreviousData, type QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { usePlatform } from './platform.tsx';

interface LookOptions {
  /** The resources of the live feed after whose change this is looked at again. */
  readonly of: readonly string[];
  readonly key: readonly unknown[];
  readonly enabled?: boolean;
  /** For figures that change all the time and that no feed tells of. */
  readonly everyMs?: number;
}

/** One answer of the Platform API, looked at again when something that it shows changes. */
export function useLook<T>(options: LookOptions & { readonly ask: (etis: Client, signal: AbortSignal) => Promise<{ readonly data: T }> }) {
  const { etis } = usePlatform();
  const { of, key, enabled = true, everyMs, ask } = options;
  return useQuery({
    queryKey: key,
    enabled,
    meta: { of },
    placeholderData: keepPreviousData,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
    queryFn: async ({ signal }) => (await ask(etis, signal)).data,
  });
}

/** As many pages as are kept and drawn at most; whoever wants more narrows the search. */
const mostPages = 10;

/** A list, page after page as it is asked for. */
export function useList<T>(
  options: LookOptions & {
    readonly ask: (
      etis: Client,
      page: { readonly cursor?: string; readonly limit: number },
      signal: AbortSignal,
    ) => Promise<{ readonly data: { readonly items: readonly T[]; readonly next: string | null } }>;
  },
) {
  const { etis } = usePlatform();
  const { of, key, enabled = true, ask } = options;
  const query = useInfiniteQuery({
    queryKey: key,
    enabled,
    meta: { of },
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    queryFn: async ({ signal, pageParam }) =>
      (await ask(etis, { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal)).data,
    getNextPageParam: (last, pages) => (pages.length < mostPages ? last.next : null),
  });
  return { ...query, items: query.data?.pages.flatMap(({ items }) => items) };
}

/** Looks again at everything that shows one of the resources; `*` stands for all. */
export function lookAgain(queries: QueryClient, resources: ReadonlySet<string>): void {
  const all = resources.has('*');
  void queries.invalidateQueries(
    { predicate: ({ meta }) => all || ((meta?.of as readonly string[] | undefined)?.some((name) => resources.has(name)) ?? false) },
    { cancelRefetch: false },
  );
}

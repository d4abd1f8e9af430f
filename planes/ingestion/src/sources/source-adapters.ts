import type { SourceAdapter, SourceKind } from '@etis/contracts/events';
import { sources } from './sources.ts';

/** How deliveries of each kind of source are read, for the router. */
export const sourceAdapters: ReadonlyMap<SourceKind, SourceAdapter> = new Map(
  [...sources.values()].map(({ kind, adapter }) => [kind, adapter]),
);

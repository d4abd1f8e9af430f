import type { SourceDescription, SourceKind } from '@etis/contracts/events';
import { sources } from './sources.ts';

/** What the control plane has to know of each kind of source to make connections of it. */
export const sourceDescriptions: ReadonlyMap<SourceKind, SourceDescription> = new Map(
  [...sources.values()].map(({ kind, description }) => [kind, description]),
);

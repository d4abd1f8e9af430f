import type { SourceKind } from '@etis/contracts/events';
import type { Source } from '../source.ts';
import { autodesk } from './autodesk/autodesk.ts';

/** Every external system that the platform understands, by the kind that a connection names. */
export const sources: ReadonlyMap<SourceKind, Source> = new Map([autodesk].map((source) => [source.kind, source]));

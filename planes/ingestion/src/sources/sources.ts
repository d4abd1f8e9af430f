import type { SourceKind } from '@etis/contracts/events';
import type { Source } from '../source.ts';
import { autodesk } from './autodesk/autodesk.ts';
import { cloudEvents } from './cloudevents/cloudevents.ts';
import { standardWebhooks } from './standard-webhooks/standard-webhooks.ts';
import { whatsapp } from './whatsapp/whatsapp.ts';

/** Every external system that the platform understands, by the kind that a connection names. */
export const sources: ReadonlyMap<SourceKind, Source> = new Map(
  [autodesk, cloudEvents, standardWebhooks, whatsapp].map((source) => [source.kind, source]),
);

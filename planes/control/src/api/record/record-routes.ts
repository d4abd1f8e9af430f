import type { SpineLookups } from '@etis/contracts/operations';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { integer, list, named, nullable, text, time } from '../schemas.ts';

const bytes = (description: string) => Type.Integer({ minimum: 0, description });

const recordReply = named(
  'RecordState',
  Type.Object({
    bytes: bytes('when it was last measured, with indexes'),
    bound: nullable(bytes('past this nothing new is taken; null where nothing bounds it')),
    measuredAt: nullable(time),
    events: integer,
    deliveries: integer,
    bytesPerEvent: nullable(bytes('of all tables together, over the events that are kept')),
    keptSince: Type.String({
      format: 'date-time',
      description: 'from when on everything is kept; of what came before, what waits, is parked, is a dead letter or is unmatched',
    }),
    keepDays: integer,
    unmatchedDays: integer,
    digestDays: integer,
    nextDropAt: nullable(Type.String({ format: 'date-time', description: 'when the oldest slice goes' })),
    slices: list(Type.Object({ number: integer, beganAt: time })),
    tables: list(
      Type.Object({
        name: text,
        bytes: bytes('with indexes and large values'),
        rows: Type.Integer({ description: 'about, where the table is large' }),
        bytesPerEvent: nullable(integer),
      }),
    ),
  }),
);

export const exampleRecord = {
  bytes: 1_468_006_400,
  bound: 21_474_836_480,
  measuredAt: '2026-11-02T09:30:00.000Z',
  events: 1_000_000,
  deliveries: 250_000,
  bytesPerEvent: 1_468,
  keptSince: '2026-08-04T00:00:00.000Z',
  keepDays: 90,
  unmatchedDays: 90,
  digestDays: 45,
  nextDropAt: '2026-11-13T06:00:00.000Z',
  slices: [{ number: 7, beganAt: '2026-08-04T00:00:00.000Z' }],
  tables: [{ name: 'event', bytes: 1_101_004_800, rows: 1_000_000, bytesPerEvent: 1_101 }],
};

/** What the record takes on disk, and how long it is kept. */
export function recordRoutes(app: ApiApp, { spine }: { spine: Pick<SpineLookups, 'record'> }): void {
  app.get(
    '/record',
    operation({
      id: 'getRecord',
      tag: 'platform',
      summary: 'Shows what the record takes on disk, by table and by event, and how long it is kept',
      permission: 'platform.status.read',
      exempt: 'a record that fills up has to be seen while anything is stopped',
      reply: recordReply,
      example: { reply: exampleRecord },
    }),
    async () => await spine.record(),
  );
}

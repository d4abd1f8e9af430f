import { createSecretKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceError } from '@etis/contracts/events';
import { describe, expect, test } from 'vitest';
import { autodesk } from './autodesk.ts';

/** Real payloads and signature vectors that lie beside the repository where they may be used; they are no part of it. */
const samples = new URL('../../../../../../shared/samples/', import.meta.url);
const present = existsSync(samples);
const bytes = (name: string) => readFileSync(new URL(name, samples));

/** What each sample is read as; a reason where it is not understood. */
const expected: readonly (readonly [sample: string, type: string, subject: RegExp | null, time: string | null, project: string | null])[] =
  [
    ['aps.dm.folder.added', 'folder.added', /co\.HGJKYimOQomuJU1E1tSmfg$/, '2017-09-06T02:51:12.000Z', '2628361'],
    ['aps.dm.folder.copied', 'folder.copied', /co\.3BV7RRciQgeI09aWS7uxlg$/, '2017-09-07T16:06:33.000Z', '2628361'],
    ['aps.dm.folder.moved', 'folder.moved', /co\.8LuL30zSQi-bkQOzQyVIMg$/, '2017-09-07T15:56:27.000Z', '2628361'],
    [
      'aps.dm.lineage.reserved',
      'document.lineage.reserved',
      /version=1$/,
      '2021-09-30T21:53:28.000Z',
      '4f8b8b74-3853-473d-85c4-4e8a8bff885b',
    ],
    [
      'aps.dm.lineage.unreserved',
      'document.lineage.unreserved',
      /version=1$/,
      '2021-09-30T22:12:40.000Z',
      '4f8b8b74-3853-473d-85c4-4e8a8bff885b',
    ],
    [
      'aps.dm.lineage.updated',
      'document.lineage.updated',
      /version=1$/,
      '2017-09-06T02:55:53.000Z',
      '4f8b8b74-3853-473d-85c4-4e8a8bff885b',
    ],
    ['aps.dm.operation.started', 'operation.started', /fs\.folder/, '2020-08-06T23:04:11.000Z', '04825481-5812-4fbb-9695-1e2e70f1d065'],
    ['aps.dm.version.added', 'document.version.added', /\?version=1$/, '2017-09-06T03:08:53.000Z', '4f8b8b74-3853-473d-85c4-4e8a8bff885b'],
    ['aps.dm.version.added.event-payload-only.COMPOSED', 'unknown-event', null, null, null],
    ['aps.dm.version.copied.out', 'document.version.copied-out', /\?version=1$/, '2022-04-04T15:55:59.000Z', null],
    ['aps.dm.version.deleted', 'document.version.deleted', /\?version=1$/, null, '2628361'],
    [
      'aps.dm.version.modified',
      'document.version.modified',
      /\?version=1$/,
      '2017-09-06T03:04:48.000Z',
      '4f8b8b74-3853-473d-85c4-4e8a8bff885b',
    ],
    [
      'aps.dm.version.moved.out',
      'document.version.moved-out',
      /\?version=1$/,
      '2017-09-06T02:55:53.000Z',
      '4f8b8b74-3853-473d-85c4-4e8a8bff885b',
    ],
    ['aps.extraction.finished.failed', 'model.extraction.finished', /^dXJu/, '2017-12-13T03:12:09.128Z', null],
    ['aps.extraction.finished.failed-registerkey', 'model.extraction.finished', /^dXJu/, '2017-12-13T03:12:09.128Z', null],
    ['aps.issue.created-1.0', 'issue.created', /520aff8e/, '2025-04-20T12:03:35.399Z', '713c69f7-6131-4199-b260-5cd48f82a1de'],
    ['aps.issue.deleted-1.0', 'issue.deleted', /b52f7f6a/, '2025-04-20T12:08:57.068Z', '1ab92088-f630-4401-8769-23d6fbb1d4ed'],
    ['aps.issue.restored-1.0', 'issue.restored', /25c2b2fd/, '2025-04-20T12:04:48.688Z', '713c69f7-6131-4199-b260-5cd48f82a1de'],
    ['aps.issue.unlinked-1.0', 'issue.unlinked', /25c2b2fd/, '2025-04-20T12:04:48.688Z', '713c69f7-6131-4199-b260-5cd48f82a1de'],
    ['aps.issue.updated-1.0', 'issue.updated', /b52f7f6a/, '2025-04-20T12:08:09.619Z', '1ab92088-f630-4401-8769-23d6fbb1d4ed'],
    ['aps.item.lock', 'item.locked', /109597$/, null, null],
    ['aps.item.release', 'item.released', /109597$/, null, null],
    ['aps.item.unlock', 'item.unlocked', /109597$/, null, null],
    ['aps.item.update', 'item.updated', /109597$/, null, null],
    ['aps.rest.hook-details.response', 'unreadable', null, null, null],
    ['aps.review.created-1.0', 'review.created', /^a4a3613c/, null, '48f5f5b1-d5d2-49a3-b311-bcb90c0b60cb'],
    ['aps.review.created-1.0.failed.COMPOSED', 'review.created', /^a4a3613c/, null, '48f5f5b1-d5d2-49a3-b311-bcb90c0b60cb'],
    ['aps-data-events.asset.created-1.0.0', 'manufacturing.asset.created', /asset:co/, '2020-03-11T17:54:07.074Z', null],
  ];

interface Vector {
  readonly id: string;
  readonly provider: string;
  readonly secret: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly body_file?: string;
  readonly expected: { readonly valid?: boolean; readonly hmac_sha1_hex?: string };
}

describe.skipIf(!present)('real material', () => {
  test.each(expected)('%s is %s', (sample, type, subject, time, project) => {
    let read: unknown;
    try {
      const [event, ...more] = autodesk.adapter.normalise({ body: bytes(`${sample}.json`), headers: {}, connection: 'acc' });
      expect(more).toEqual([]);
      read = { type: event?.type, time: event?.time ?? null, project: event?.refs.find((ref) => ref.kind === 'project')?.id ?? null };
      if (subject !== null) expect(event?.subject).toMatch(subject);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      read = { type: error.reason, time: null, project: null };
    }
    expect(read).toEqual({ type, time, project });
  });

  test('every Autodesk sample is in this table', () => {
    const names = readdirSync(samples).filter((name) => name.startsWith('aps'));
    expect(expected.map(([sample]) => `${sample}.json`).sort()).toEqual(names.sort());
  });

  test('the signature vectors hold', () => {
    const { vectors } = JSON.parse(bytes('vectors.json').toString()) as { vectors: readonly Vector[] };
    const ours = vectors.filter((vector) => vector.provider === 'aps' || vector.expected.hmac_sha1_hex !== undefined);
    expect(ours.length).toBeGreaterThanOrEqual(2);
    for (const vector of ours) {
      const body = vector.body_file === undefined ? Buffer.from(vector.body ?? '') : bytes(vector.body_file);
      const headers = vector.headers ?? { 'x-adsk-signature': `sha1hash=${vector.expected.hmac_sha1_hex}` };
      const keys = [createSecretKey(vector.secret, 'utf8')];
      expect(autodesk.verify({ headers, body, keys, now: 0 }), vector.id).toBe(vector.expected.valid ?? true);
      expect(autodesk.verify({ headers, body: Buffer.concat([body, Buffer.from('\n')]), keys, now: 0 }), vector.id).toBe(false);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callback, hub, project, versionAdded } from './callbacks.ts';
import { read, refusalOf } from './reading.ts';

describe('a new version of a document', () => {
  test('is told in neutral words', () => {
    expect(read(versionAdded())).toEqual({
      type: 'document.version.added',
      source: 'urn:autodesk:data:6c1f1f5e-0000-4000-8000-3f6d2a9b7c10',
      subject: 'urn:adsk.wipprod:fs.file:vf.door?version=4',
      time: '2026-02-03T04:05:06.000Z',
      data: {
        name: 'door.dwg',
        extension: 'dwg',
        version: '4',
        urn: 'urn:adsk.wipprod:fs.file:vf.door?version=4',
        lineageUrn: 'urn:adsk.wipprod:dm.lineage:door',
        sizeBytes: 36_864,
        mimeType: 'application/acad',
        contentUrl: 'urn:adsk.objects:os.object:wip.dm.prod/door.dwg',
        parentFolder: 'Kitchen',
        parentFolderUrn: 'urn:adsk.wipprod:fs.folder:co.kitchen',
        path: 'Project Files/Kitchen',
        createdBy: 'USER1',
        modifiedBy: 'USER2',
        state: 'CONTENT_AVAILABLE',
        metadataOnly: false,
        sourceUrn: 'urn:adsk.wipprod:fs.file:vf.door?version=4',
        targetUrn: null,
        operation: 'PostVersionedFiles',
        movedFrom: null,
        reserved: false,
        reservedBy: null,
        lastModifiedBy: 'Ada Example',
        sourceSystem: 'data',
        sourceEvent: 'dm.version.added',
        eventVersion: null,
      },
      refs: [
        { system: 'autodesk', kind: 'project', id: project },
        { system: 'autodesk', kind: 'hub', id: hub },
        { system: 'autodesk', kind: 'folder', id: 'urn:adsk.wipprod:fs.folder:co.kitchen' },
      ],
    });
  });

  test('has the same members, null, when the source says nothing', () => {
    const bare = read(callback('data', 'dm.version.added', { resourceUrn: undefined }));
    expect(Object.keys(bare.data).sort()).toEqual(Object.keys(read(versionAdded()).data).sort());
    expect(bare).toMatchObject({ subject: null, time: null, refs: [], data: { name: null, path: null, sourceEvent: 'dm.version.added' } });
    expect(read({ ...versionAdded(), payload: null })).toMatchObject({ type: 'document.version.added', time: null });
  });

  test('is about the version, however its marker is encoded', () => {
    for (const marker of ['?version=4', '%3Fversion=4', '%3fversion=4']) {
      expect(read({ ...versionAdded(), resourceUrn: `urn:adsk.wipemea:fs.file:vf.door${marker}` }).subject).toBe(
        'urn:adsk.wipemea:fs.file:vf.door?version=4',
      );
    }
    expect(read({ ...versionAdded(), resourceUrn: undefined }).subject).toBe('urn:adsk.wipprod:fs.file:vf.door?version=4');
  });

  test('keeps no raw payload', () => {
    expect(JSON.stringify(read(versionAdded()))).not.toContain('storm:action');
  });

  test('in a plain hub has its whole path', () => {
    const ancestors = [{ name: 'Team' }, { name: 'Drawings', urn: 'urn:x' }];
    expect(read(versionAdded({ ancestors, parentFolderUrn: undefined })).data).toMatchObject({
      path: 'Team/Drawings',
      parentFolder: 'Drawings',
      parentFolderUrn: 'urn:x',
    });
  });
});

describe('names', () => {
  test.each([
    ['data', 'dm.version.added', 'document.version.added'],
    ['data', 'dm.version.modified', 'document.version.modified'],
    ['data', 'dm.version.deleted', 'document.version.deleted'],
    ['data', 'dm.version.moved', 'document.version.moved'],
    ['data', 'dm.version.moved.out', 'document.version.moved-out'],
    ['data', 'dm.version.copied', 'document.version.copied'],
    ['data', 'dm.version.copied.out', 'document.version.copied-out'],
    ['data', 'dm.lineage.reserved', 'document.lineage.reserved'],
    ['data', 'dm.lineage.unreserved', 'document.lineage.unreserved'],
    ['data', 'dm.lineage.updated', 'document.lineage.updated'],
    ['data', 'dm.folder.added', 'folder.added'],
    ['data', 'dm.folder.purged', 'folder.purged'],
    ['data', 'dm.folder.moved.out', 'folder.moved-out'],
    ['data', 'dm.folder.copied.out', 'folder.copied-out'],
    ['data', 'dm.operation.started', 'operation.started'],
    ['data', 'dm.operation.completed', 'operation.completed'],
    ['derivative', 'extraction.finished', 'model.extraction.finished'],
    ['derivative', 'extraction.updated', 'model.extraction.updated'],
    ['adsk.c4r', 'model.sync', 'model.sync'],
    ['adsk.c4r', 'model.publish', 'model.publish'],
    ['autodesk.construction.issues', 'issue.created-1.0', 'issue.created'],
    ['autodesk.construction.issues', 'issue.unlinked-1.0', 'issue.unlinked'],
    ['autodesk.construction.reviews', 'review.closed-1.0', 'review.closed'],
    ['autodesk.construction.cost', 'budget.created-1.0', 'cost.budget.created'],
    ['autodesk.construction.cost', 'mainContractItem.deleted-1.0', 'cost.main-contract-item.deleted'],
    ['autodesk.construction.cost', 'scheduleOfValue.updated-1.0', 'cost.schedule-of-value.updated'],
    ['autodesk.construction.cost', 'project.initialized-1.0', 'cost.project.initialized'],
    ['autodesk.construction.bc', 'bid.created-1.0', 'bid.created'],
    ['autodesk.construction.bc', 'opportunity.status.updated', 'opportunity.status.updated'],
    ['autodesk.construction.bc', 'opportunity.comment.deleted', 'opportunity.comment.deleted'],
    ['adsk.flc.production', 'item.release', 'item.released'],
    ['adsk.flc.production', 'workflow.transition', 'workflow.transitioned'],
    ['adsk.tandem', 'dt.applyTemplate', 'twin.template.applied'],
    ['adsk.upchain.live', 'cr.created', 'change-request.created'],
    ['adsk.upchain.eap', 'item.created', 'item.created'],
    ['autodesk.construction.issues', 'issue.created-2.1', 'issue.created'],
  ])('%s %s is %s', (system, event, type) => {
    const suffix = /-([\d.]+)$/.exec(event)?.[1] ?? null;
    expect(read(callback(system, event))).toMatchObject({ type, data: { sourceSystem: system, sourceEvent: event, eventVersion: suffix } });
  });

  test.each([
    ['data', 'dm.version.teleported'],
    ['data', 'issue.created-1.0'],
    ['autodesk.construction.forms', 'form.created-1.0'],
    ['__proto__', 'constructor'],
    ['data', '__proto__'],
    ['constructor', 'name'],
    ['data', 'dm.*'],
    ['data', `dm.${'x'.repeat(100_000)}`],
    ['data\u0000', 'dm.version.added\n\u0000'],
  ])('%j %j has no words', (system, event) => {
    const refusal = refusalOf(JSON.stringify(callback(system, event)));
    expect(refusal.reason).toBe('unknown-event');
    expect(refusal.message.length).toBeLessThan(400);
    expect(refusal.message).not.toMatch(/\p{Cc}/u);
  });

  test('a pattern instead of an event says what to do', () => {
    expect(refusalOf(JSON.stringify(callback('data', 'dm.*'))).message).toContain('one hook per event');
  });
});

describe('times', () => {
  test.each([
    ['2017-09-22T02:38:32.341+0000', '2017-09-22T02:38:32.341Z'],
    ['2025-04-20T12:02:16.598+00:00', '2025-04-20T12:02:16.598Z'],
    ['2017-09-06T03:08:53+0000', '2017-09-06T03:08:53.000Z'],
    ['2025-04-20T12:03:35.399Z', '2025-04-20T12:03:35.399Z'],
    ['2025-04-20T12:03:35.399123456Z', '2025-04-20T12:03:35.399Z'],
    ['2025-04-20T12:03:35+02:00', '2025-04-20T10:03:35.000Z'],
    ['2024-02-29T00:00:00-0530', '2024-02-29T05:30:00.000Z'],
    [1513134729128, '2017-12-13T03:12:09.128Z'],
    ['2025-02-29T00:00:00Z', null],
    ['2025-04-31T00:00:00Z', null],
    ['2025-13-01T00:00:00Z', null],
    ['2025-04-20T25:00:00Z', null],
    ['2025-04-20', null],
    ['2025-04-20T12:03:35', null],
    ['0000-01-01T00:00:00Z', null],
    ['tomorrow', null],
    ['', null],
    ['null', null],
    [1.5, null],
    [-1, null],
    [1e300, null],
    [{}, null],
    [['2025-04-20T12:03:35Z'], null],
  ])('%j is %j', (theirs, ours) => {
    expect(read(callback('data', 'dm.version.added', { payload: { modifiedTime: theirs } })).time).toBe(ours);
  });

  test('of reserving are not those of modifying', () => {
    const lineage = { reservedTime: '2026-05-01T00:00:00+0000', unreservedTime: '2026-06-01T00:00:00+0000' };
    const payload = { modifiedTime: '2020-01-01T00:00:00+0000', context: { lineage } };
    expect(read(callback('data', 'dm.lineage.reserved', { payload })).time).toBe('2026-05-01T00:00:00.000Z');
    expect(read(callback('data', 'dm.lineage.unreserved', { payload })).time).toBe('2026-06-01T00:00:00.000Z');
    expect(read(callback('data', 'dm.lineage.updated', { payload })).time).toBe('2020-01-01T00:00:00.000Z');
  });

  test('law: what comes out is RFC 3339 in UTC or null', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.double(),
          fc.integer(),
          fc.date().map((date) => String(date.getTime())),
          fc.jsonValue(),
        ),
        (value) => {
          const { time } = read(callback('data', 'dm.version.added', { payload: { modifiedTime: value } }));
          expect(time === null || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time)).toBe(true);
        },
      ),
    );
  });
});

describe('references', () => {
  const refs = (payload: Record<string, unknown>, hook: Record<string, unknown> = {}) =>
    read(callback('autodesk.construction.issues', 'issue.created-1.0', { payload, hook })).refs.map((ref) => `${ref.kind} ${ref.id}`);

  test('are the same with and without the prefix of Data Management, and said once', () => {
    expect(refs({ projectId: `b.${project}` }, { projectId: project, scope: { project }, hubId: `b.${hub}` })).toEqual([
      `project ${project}`,
      `hub ${hub}`,
    ]);
  });

  test('come most specific first', () => {
    expect(refs({ companyId: 'c1', tenant: hub, project }, { scope: { workflow: 'w1', folder: 'urn:f', workspace: 'urn:w' } })).toEqual([
      `project ${project}`,
      `hub ${hub}`,
      'folder urn:f',
      'workflow w1',
      'workspace urn:w',
      'company c1',
    ]);
  });

  test('are never taken from what the hook creator wrote', () => {
    expect(refs({}, { hookAttribute: { projectId: project, project, tenant: hub, scope: { project } } })).toEqual([]);
  });

  test('of an operation are found in its context', () => {
    const eventContext = {
      scopes: ['{"type":"dmid","id":"a360x:tenant:2315546"}', 'not json', 5],
      ancestors: [{ dmid: '' }, { dmid: `bim360:account:${hub}` }, { dmid: `bim360:project:${project}` }, null],
    };
    const { refs: found } = read(callback('data', 'dm.operation.started', { payload: { eventContext } }));
    expect(found.map((ref) => `${ref.kind} ${ref.id}`)).toEqual([`project ${project}`, `hub ${hub}`, 'hub 2315546']);
  });

  test.each([[5], [['p']], [{ id: 'p' }], [''], ['with space'], ['nul\u0000'], ['x'.repeat(501)], [null], [true]])(
    '%j is no id',
    (value) => {
      expect(refs({ projectId: value }, { scope: value })).toEqual([]);
    },
  );
});

describe('other subjects', () => {
  test('an issue carries its plain members and no nested ones', () => {
    const payload = {
      id: 'i1',
      status: 'open',
      dueDate: null,
      watchers: ['U1', 5],
      changedAttributes: ['title'],
      nested: { a: 1 },
      huge: 1e300,
      count: 3,
    };
    const event = read(
      callback('autodesk.construction.issues', 'issue.updated-1.0', { payload: { ...payload, updatedAt: '2025-04-20T12:03:35.399Z' } }),
    );
    expect(event).toMatchObject({ type: 'issue.updated', time: '2025-04-20T12:03:35.399Z' });
    expect(event.data).toMatchObject({
      id: 'i1',
      status: 'open',
      dueDate: null,
      watchers: ['U1'],
      changedAttributes: ['title'],
      huge: null,
      count: 3,
    });
    expect(event.data).not.toHaveProperty('nested');
  });

  test('a finished extraction names the object behind its base64', () => {
    const urn = Buffer.from('urn:adsk.objects:os.object:bucket/house.rvt').toString('base64url');
    const payload = {
      TimeStamp: 1513134729128,
      URN: urn,
      EventType: 'EXTRACTION_FINISHED',
      Payload: { status: 'failed', scope: 's', registerKey: [] },
    };
    expect(
      read(callback('derivative', 'extraction.finished', { resourceUrn: urn, payload, hook: { scope: { workflow: 'w1' } } })),
    ).toMatchObject({
      type: 'model.extraction.finished',
      subject: urn,
      time: '2017-12-13T03:12:09.128Z',
      data: { urn, objectUrn: 'urn:adsk.objects:os.object:bucket/house.rvt', status: 'failed', scope: 's' },
      refs: [{ system: 'autodesk', kind: 'workflow', id: 'w1' }],
    });
  });

  test('an operation tells what runs and how far it is', () => {
    const payload = {
      userInfo: { id: 'U1' },
      progress: 40,
      startTime: '2020-08-06T23:04:11+0000',
      operationName: 'DeleteFolderHandler',
      state: 'AVAILABLE',
      errors: [],
      eventContext: { jobId: 'j1', operation: 'DeleteFolder', sourceAggregatePath: '/Root/sub' },
    };
    expect(read(callback('data', 'dm.operation.started', { payload }))).toMatchObject({
      time: '2020-08-06T23:04:11.000Z',
      data: { name: 'DeleteFolderHandler', operation: 'DeleteFolder', progress: 40, job: 'j1', startedBy: 'U1', path: '/Root/sub' },
    });
  });

  test('a Data Event is read in the words of manufacturing', () => {
    const dataEvent = {
      id: 'e1',
      source: 'urn:com.autodesk.forge:clientid:abc',
      specversion: '1.0',
      type: 'autodesk.data.pim:milestone.created-1.0.0',
      subject: 'urn:autodesk.data.pim:component:c1',
      time: '2026-03-11T17:54:07.074+00:00',
      data: { componentid: 'c1', milestonename: 'Release', collectionurn: 'urn:c', scopes: ['urn:s'] },
    };
    expect(read(dataEvent)).toEqual({
      type: 'manufacturing.milestone.created',
      source: 'urn:com.autodesk.forge:clientid:abc',
      subject: 'urn:autodesk.data.pim:component:c1',
      time: '2026-03-11T17:54:07.074Z',
      data: {
        ...dataEvent.data,
        sourceSystem: 'autodesk.data.pim',
        sourceEvent: 'autodesk.data.pim:milestone.created-1.0.0',
        eventVersion: '1.0.0',
      },
      refs: [
        { system: 'autodesk', kind: 'collection', id: 'urn:c' },
        { system: 'autodesk', kind: 'space', id: 'urn:s' },
      ],
    });
    expect(read({ ...dataEvent, type: 'autodesk.data.assetgraph:events.asset.created-1.0.0', data: null }).type).toBe(
      'manufacturing.asset.created',
    );
    expect(refusalOf(JSON.stringify({ ...dataEvent, type: 'com.example.other' })).reason).toBe('unknown-event');
    expect(refusalOf(JSON.stringify({ ...dataEvent, specversion: '0.3' })).reason).toBe('unreadable');
    expect(refusalOf(JSON.stringify({ ...dataEvent, source: '' })).reason).toBe('unreadable');
  });
});

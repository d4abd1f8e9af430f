/** Callbacks in Autodesk's shapes for tests, composed here: ids and people are invented. */

const hookId = '6c1f1f5e-0000-4000-8000-3f6d2a9b7c10';
export const project = 'a1b2c3d4-0000-4000-8000-0000000000aa';
export const hub = 'a1b2c3d4-0000-4000-8000-0000000000bb';
const folderUrn = 'urn:adsk.wipprod:fs.folder:co.kitchen';

export interface Callback {
  version: string;
  resourceUrn: unknown;
  hook: Record<string, unknown>;
  payload: Record<string, unknown>;
}

export function callback(system: string, event: string, rest: Partial<Callback> = {}): Callback {
  return {
    version: '1.0',
    resourceUrn: 'urn:adsk.wipprod:fs.file:vf.door?version=4',
    payload: {},
    ...rest,
    hook: {
      hookId,
      tenant: folderUrn,
      callbackUrl: 'https://hooks.example/hooks/acc',
      createdBy: 'USER1',
      event,
      createdDate: '2026-02-01T12:00:00.000+00:00',
      system,
      creatorType: 'Application',
      status: 'active',
      ...rest.hook,
    },
  };
}

/** A new version of a drawing in a folder of an ACC project. */
export function versionAdded(payload: Record<string, unknown> = {}, hook: Record<string, unknown> = {}): Callback {
  return callback('data', 'dm.version.added', {
    hook: { scope: { folder: folderUrn }, hookAttribute: { projectId: 'somebody-elses-project', tenant: 'somebody-else' }, ...hook },
    payload: {
      ext: 'dwg',
      modifiedTime: '2026-02-03T04:05:06+0000',
      createdTime: '2026-02-01T04:05:06+0000',
      creator: 'USER1',
      lineageUrn: 'urn:adsk.wipprod:dm.lineage:door',
      sizeInBytes: 36_864,
      mimeType: 'application/acad',
      contentURL: 'urn:adsk.objects:os.object:wip.dm.prod/door.dwg',
      project,
      source: 'urn:adsk.wipprod:fs.file:vf.door?version=4',
      version: '4',
      user_info: { id: 'USER2' },
      name: 'door.dwg',
      modifiedBy: 'USER2',
      state: 'CONTENT_AVAILABLE',
      parentFolderUrn: folderUrn,
      ancestors: [
        { name: 'c0ffee00-top', urn: 'urn:adsk.wipprod:fs.folder:co.top' },
        { name: `${hub}-account-root-folder`, urn: 'urn:adsk.wipprod:fs.folder:co.account' },
        { name: `${project}-root-folder`, urn: 'urn:adsk.wipprod:fs.folder:co.project' },
        { name: 'Project Files', urn: 'urn:adsk.wipprod:fs.folder:co.files' },
        { name: 'Kitchen', urn: folderUrn },
      ],
      tenant: hub,
      modification_flags: '{"newVersion":true,"metadataOnly":false}',
      context: { lineage: { reserved: false, lastModifiedUserName: 'Ada Example' }, operation: 'PostVersionedFiles' },
      'custom-metadata': { 'storm:action': 'upload' },
      ...payload,
    },
  });
}

import { createHmac, randomUUID } from 'node:crypto';
import { postDelivery } from './post-delivery.ts';
import type { DemonstrationTenant } from './tenants.ts';

/** What a delivery is about. */
export interface DocumentVersion {
  readonly tenant: Pick<DemonstrationTenant, 'project' | 'hub' | 'projectName'>;
  readonly name: string;
  readonly version: number;
}

/** A `dm.version.added` callback body, shaped as the Webhooks API sends it (Autodesk Platform Services, Webhooks v1, Data Management events). */
export function versionAddedBody({ tenant, name, version }: DocumentVersion, at: Date = new Date()): string {
  const hook = randomUUID();
  const item = randomUUID().replaceAll('-', '').slice(0, 22);
  const urn = `urn:adsk.wipprod:fs.file:vf.${item}?version=${version}`;
  const folder = `urn:adsk.wipprod:fs.folder:co.${tenant.project.slice(0, 8)}`;
  const time = at.toISOString();
  return JSON.stringify({
    version: '1.0',
    resourceUrn: urn,
    hook: {
      hookId: hook,
      tenant: folder,
      callbackUrl: 'https://etis.example/hooks/autodesk',
      createdBy: 'demonstration',
      event: 'dm.version.added',
      createdDate: '2026-01-12T08:00:00.000+0000',
      system: 'data',
      creatorType: 'Application',
      status: 'active',
      scope: { folder },
      urn: `urn:adsk.webhooks:events.hook:${hook}`,
      __self__: `/systems/data/events/dm.version.added/hooks/${hook}`,
    },
    payload: {
      ext: name.split('.').at(-1) ?? '',
      modifiedTime: time,
      creator: 'DEMOUSER',
      lineageUrn: `urn:adsk.wipprod:dm.lineage:${item}`,
      sizeInBytes: 48_213,
      hidden: false,
      indexable: true,
      project: tenant.project,
      source: urn,
      version: String(version),
      user_info: { id: 'DEMOUSER' },
      name,
      createdTime: time,
      modifiedBy: 'DEMOUSER',
      state: 'CONTENT_AVAILABLE',
      parentFolderUrn: folder,
      ancestors: [
        { urn: `${folder}.root`, name: `${tenant.projectName}-root-folder` },
        { urn: folder, name: 'Project Files' },
      ],
      tenant: tenant.hub,
    },
  });
}

/** `sha1hash=<hex HMAC-SHA1 of the body>`, as Autodesk signs (Webhooks v1, secret tokens). */
export function autodeskSignature(body: string, secret: string): string {
  return `sha1hash=${createHmac('sha1', secret).update(body).digest('hex')}`;
}

/** Posts a signed delivery and returns its id. @throws ETIS_NOT_RUNNING, ETIS_DELIVERY_REFUSED */
export function deliver(target: { url: string; connection: string; secret: string }, body: string): Promise<string> {
  return postDelivery(target, body, { 'x-adsk-delivery-id': randomUUID(), 'x-adsk-signature': autodeskSignature(body, target.secret) });
}

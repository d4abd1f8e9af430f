import { address, flag, id, label, type Members, members, membersInText, number, plainMembers, text, texts } from '../members.ts';
import type { Subject } from './event-types.ts';

/**
 * What an event says, in neutral words: every member that its subject can have is there, null where the source did not say. Texts are bounded,
 * ids and versions are texts. The raw payload is the inbox's to keep.
 */
export function eventData(about: Subject, payload: Members, resourceUrn: string | null): Record<string, unknown> {
  switch (about) {
    case 'document':
      return documentData(payload, resourceUrn);
    case 'folder':
      return folderData(payload, resourceUrn);
    case 'operation':
      return operationData(payload, resourceUrn);
    case 'extraction':
      return extractionData(payload, resourceUrn);
    case 'other':
      return { ...plainMembers(payload), urn: resourceUrn };
  }
}

function documentData(payload: Members, resourceUrn: string | null): Record<string, unknown> {
  const lineage = members(members(payload.context).lineage);
  return {
    name: text(payload.name),
    extension: text(payload.ext),
    version: label(payload.version),
    urn: resourceUrn,
    lineageUrn: id(payload.lineageUrn),
    sizeBytes: number(payload.sizeInBytes),
    mimeType: text(payload.mimeType),
    contentUrl: address(payload.contentURL),
    ...place(payload),
    ...people(payload),
    state: text(payload.state),
    metadataOnly: flag(membersInText(payload.modification_flags).metadataOnly),
    sourceUrn: plainUrn(payload.source),
    targetUrn: plainUrn(payload.target),
    operation: text(members(payload.context).operation),
    movedFrom: id(members(payload.context).sourceParentFolderUrn),
    reserved: flag(lineage.reserved),
    reservedBy: text(lineage.reservedUserName),
    lastModifiedBy: text(lineage.lastModifiedUserName),
  };
}

function folderData(payload: Members, resourceUrn: string | null): Record<string, unknown> {
  return {
    name: text(payload.name),
    urn: resourceUrn,
    ...place(payload),
    ...people(payload),
    sourceUrn: plainUrn(payload.source),
    targetUrn: plainUrn(payload.target),
    job: text(payload.jobId),
  };
}

function operationData(payload: Members, resourceUrn: string | null): Record<string, unknown> {
  const context = members(payload.eventContext);
  return {
    name: text(payload.operationName),
    operation: text(context.operation),
    urn: resourceUrn,
    sourceUrn: plainUrn(payload.sourceResource),
    path: text(context.sourceAggregatePath),
    state: text(payload.state),
    progress: number(payload.progress),
    message: text(payload.message),
    errors: texts(payload.errors),
    job: text(context.jobId),
    startedBy: text(members(payload.userInfo).id),
  };
}

function extractionData(payload: Members, resourceUrn: string | null): Record<string, unknown> {
  const inner = members(payload.Payload);
  const urn = id(payload.URN) ?? resourceUrn;
  return {
    urn,
    objectUrn: objectUrn(urn),
    status: text(inner.status),
    scope: text(inner.scope),
    workflowAttribute: label(payload.WorkflowAttribute),
  };
}

/** Where a document or folder lies. Autodesk's technical roots (`…-root-folder`) are no part of the path that people see. */
function place(payload: Members): Record<string, unknown> {
  const ancestors = (Array.isArray(payload.ancestors) ? payload.ancestors.slice(0, 100) : []).map(members);
  const names = ancestors.map((ancestor) => text(ancestor.name) ?? '');
  const visible = names.slice(names.findLastIndex((name) => name.endsWith('-root-folder')) + 1);
  const parentUrn = id(payload.parentFolderUrn) ?? id(ancestors.at(-1)?.urn);
  const parent = ancestors.findLast((ancestor) => ancestor.urn === parentUrn);
  return {
    parentFolder: text(parent?.name),
    parentFolderUrn: parentUrn,
    path: ancestors.length === 0 ? null : text(visible.join('/')),
  };
}

function people(payload: Members): Record<string, unknown> {
  return {
    createdBy: text(payload.creator),
    modifiedBy: text(payload.modifiedBy) ?? text(members(payload.user_info).id),
  };
}

/** A URN whose version marker may come percent-encoded (`%3Fversion=4`); both forms are in use for the same version. */
export function plainUrn(value: unknown): string | null {
  return id(typeof value === 'string' ? value.replace(/%3F(?=version=)/i, '?') : value);
}

/** Derivative URNs are base64 without padding of the object's URN. */
function objectUrn(urn: string | null): string | null {
  if (urn === null || !/^[\w+/-]+$/.test(urn)) return null;
  const decoded = Buffer.from(urn, 'base64url').toString('utf8');
  return decoded.startsWith('urn:') ? id(decoded) : null;
}

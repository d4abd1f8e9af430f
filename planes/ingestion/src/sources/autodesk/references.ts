import type { ExternalRef } from '@etis/contracts/events';
import { id, type Members, members, membersInText } from '../members.ts';

const system = 'autodesk';

/**
 * The external ids of a callback, most specific first: project, hub, folder, workflow, workspace, company. They come from the payload and from
 * what Autodesk says of the hook; `hookAttribute` is the hook creator's own text and decides nothing.
 */
export function references(hook: Members, payload: Members): readonly ExternalRef[] {
  const scope = members(hook.scope);
  const dataManagement = dataManagementIds(members(payload.eventContext));
  return distinct([
    ...kind('project', [payload.project, payload.projectId, ...dataManagement.projects, hook.projectId, scope.project].map(bare)),
    ...kind('hub', [payload.tenant, ...dataManagement.hubs, hook.hubId].map(bare)),
    ...kind('folder', [scope.folder]),
    ...kind('workflow', [scope.workflow]),
    ...kind('workspace', [scope.workspace]),
    ...kind('company', [payload.companyId, scope.companyId]),
  ]);
}

/** The ids of one kind, in the order given; what is no id is left out. */
export function kind(name: string, values: readonly unknown[]): readonly ExternalRef[] {
  return values.flatMap((value) => {
    const known = id(value);
    return known === null ? [] : [{ system, kind: name, id: known }];
  });
}

export function distinct(refs: readonly ExternalRef[]): readonly ExternalRef[] {
  return [...new Map(refs.map((ref) => [`${ref.kind} ${ref.id}`, ref])).values()];
}

/** Data Management writes ACC and BIM 360 ids with the prefix `b.`, webhooks without it: they are the same project or hub. */
function bare(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith('b.') ? value.slice(2) : value;
}

/** Operations name project and hub only as `bim360:project:<id>` and `a360…:group:<id>`, in ancestors and in scopes that are JSON in a text. */
function dataManagementIds(eventContext: Members): { projects: readonly string[]; hubs: readonly string[] } {
  const ancestors = Array.isArray(eventContext.ancestors) ? eventContext.ancestors.slice(0, 100) : [];
  const scopes = Array.isArray(eventContext.scopes) ? eventContext.scopes.slice(0, 20) : [];
  const ids = [...ancestors.map((ancestor) => members(ancestor).dmid), ...scopes.map((scope) => membersInText(scope).id)];
  const found = ids.flatMap((dmid) =>
    typeof dmid === 'string' ? [/^[\w-]{1,60}:(project|group|account|tenant):(.{1,200})$/.exec(dmid)] : [],
  );
  const ofKinds = (...kinds: readonly string[]) =>
    found.flatMap((match) => (match && kinds.includes(match[1] ?? '') ? [match[2] ?? ''] : []));
  return { projects: ofKinds('project', 'group'), hubs: ofKinds('account', 'tenant') };
}

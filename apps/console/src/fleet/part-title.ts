import { titled } from '../platform/titled.ts';

const titles: Readonly<Record<string, string>> = {
  edge: 'Edge',
  ingestion: 'Ingestion',
  router: 'Router',
  dispatcher: 'Dispatcher',
  worker: 'Workers',
};

/** What people call a part: `Cluster Nudge Standard`. */
export function partTitle(kind: string, scope: string | null): string {
  if (kind === 'cluster' && scope !== null) return `Cluster ${titled(scope)}`;
  return (titles[kind] ?? titled(kind)) + (scope === null ? '' : ` ${titled(scope)}`);
}

/** `cluster.nudge-standard.host-8080` is said by the title of the part and its process. */
export function subscriberTitle(id: string): string {
  const [kind = '', ...rest] = id.split('.');
  const scope = rest.length > 1 ? rest.slice(0, -1).join('.') : null;
  return partTitle(kind, scope);
}

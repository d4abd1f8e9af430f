import type { Domain } from '@etis/postgres';
import type { SpinePart } from '@etis/spine';
import type { PartChoice } from '../node/governed-part.ts';
import type { Node, NodeChoice } from '../node/node.ts';
import type { RoleName } from './role-names.ts';

/** One role's share of a process: the only place that knows who implements what it does. */
export interface Role {
  /** The domains whose databases it reaches. */
  readonly domains: readonly Domain[];
  /** The parts of the spine that it needs at work; null where it has nothing to do with the spine. */
  readonly spine: readonly SpinePart[] | null;
  /** The parts of a process with this role that are governed on their own; see `partsOf`. */
  parts?(choice: NodeChoice): readonly PartChoice[];
  /** Makes what other roles of the process build on; nothing moves yet. */
  prepare?(node: Node): Promise<void>;
  /** Starts its work, once every role is prepared and the parts of the spine run. */
  start?(node: Node): Promise<void>;
}

/** Loads a role's code only where it runs, because most of a start is loading. */
const roleModules: { readonly [Name in RoleName]: () => Promise<Role> } = {
  edge: async () => (await import('./edge.ts')).edge,
  ingestion: async () => (await import('./ingestion.ts')).ingestion,
  router: async () => (await import('./router.ts')).router,
  dispatcher: async () => (await import('./dispatcher.ts')).dispatcher,
  platform: async () => (await import('./platform.ts')).platform,
  cluster: async () => (await import('./cluster.ts')).cluster,
  worker: async () => (await import('./worker.ts')).worker,
};

export async function loadRoles(names: readonly RoleName[]): Promise<readonly Role[]> {
  return await Promise.all(names.map((name) => roleModules[name]()));
}

/** The parts of a process that are governed on their own. Every process is an edge for its own listener. */
export async function partsOf(choice: NodeChoice): Promise<readonly PartChoice[]> {
  const roles = await loadRoles(choice.roles);
  return [{ kind: 'edge', scope: null }, ...roles.flatMap((role) => role.parts?.(choice) ?? [])];
}

/** The domains whose databases a process with these roles reaches, each once. */
export async function domainsOf(names: readonly RoleName[]): Promise<readonly Domain[]> {
  const domains = (await loadRoles(names)).flatMap((role) => role.domains);
  return [...new Map(domains.map((domain) => [domain.name, domain])).values()];
}

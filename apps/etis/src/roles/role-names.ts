import { errors } from '../errors.ts';

/**
 * What a process can do, in the order of an event's way. `edge` takes the Platform API's requests for a platform elsewhere, `ingestion` accepts
 * deliveries, `router` puts them into lanes, `dispatcher` delivers lanes to whatever hosts it reaches, `platform` is the control plane with its API and
 * the record's housekeeping, `cluster` hosts product clusters and delivers lanes to them, `worker` runs jobs.
 */
export const roleNames = ['edge', 'ingestion', 'router', 'dispatcher', 'platform', 'cluster', 'worker'] as const;
export type RoleName = (typeof roleNames)[number];

/** The three realised nodes of the model. */
export const nodes = {
  routing: ['edge', 'ingestion', 'router', 'dispatcher'],
  platform: ['platform'],
  product: ['cluster', 'worker'],
} as const satisfies Record<string, readonly RoleName[]>;

/** The roles of `--role edge,router` or of `--node routing`, in their order. @throws ETIS_ROLE_UNKNOWN, ETIS_NODE_UNKNOWN, ETIS_ROLE_MISSING */
export function chosenRoles(choice: { role?: string | undefined; node?: string | undefined }): readonly RoleName[] {
  if ((choice.role === undefined) === (choice.node === undefined))
    throw errors.ROLE_MISSING(Object.keys(nodes).join(', '), roleNames.join(', '));
  if (choice.node !== undefined) {
    if (!Object.hasOwn(nodes, choice.node)) throw errors.NODE_UNKNOWN(choice.node, Object.keys(nodes).join(', '));
    return nodes[choice.node as keyof typeof nodes];
  }
  const asked = listOf(choice.role ?? '');
  for (const name of asked) {
    if (!(roleNames as readonly string[]).includes(name)) throw errors.ROLE_UNKNOWN(name, roleNames.join(', '));
  }
  if (asked.length === 0) throw errors.ROLE_MISSING(Object.keys(nodes).join(', '), roleNames.join(', '));
  return roleNames.filter((name) => asked.includes(name));
}

/** The words of a list such as `a, b`; empty ones are left out. */
export function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

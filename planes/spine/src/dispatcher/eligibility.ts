import type { Governance, GovernanceView } from '@etis/contracts/governance';
import { laneId } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { ClusterId } from '@etis/contracts/tenancy';
import type { Lane } from './lane-store.ts';

/** Where each lane may be delivered to, by the governance view of the moment. */
export interface Eligibility {
  /** Changes with each governance view. */
  readonly version: unknown;
  /** The cluster that the lane is placed on; undefined while its tenant is suspended, its placement has gone, or it is out of reach from here. Its entries are kept. */
  clusterOf(lane: Lane): ClusterId | undefined;
}

export function placementsOf(view: GovernanceView): ReadonlyMap<string, ClusterId> {
  return new Map(view.placements.map((placement) => [laneId(placement.tenant, placement.product), placement.cluster]));
}

export function createEligibility(options: {
  governance: Governance;
  reaches: (cluster: ClusterId) => boolean;
  log: Log;
}): () => Eligibility {
  const { governance, reaches, log } = options;
  const reported = new Set<string>();
  let current: Eligibility | undefined;

  function eligibility(view: GovernanceView): Eligibility {
    const placements = placementsOf(view);
    return {
      version: view,
      clusterOf(lane) {
        if (view.tenants.get(lane.tenant)?.status !== 'active') return undefined;
        const cluster = placements.get(lane.name);
        if (cluster !== undefined) {
          reported.delete(lane.name);
        } else if (!reported.has(lane.name)) {
          reported.add(lane.name);
          log.warn({ lane: lane.name }, 'the lane has entries but no placement any more; they are kept until it has one again');
        }
        return cluster !== undefined && reaches(cluster) ? cluster : undefined;
      },
    };
  }

  return () => {
    const view = governance.current();
    if (current?.version !== view) current = eligibility(view);
    return current;
  };
}

import type { TransportName } from '@etis/contracts/event-routing';
import type { Governance, GovernanceView } from '@etis/contracts/governance';
import { laneId } from '@etis/contracts/lanes';
import type { Log } from '@etis/contracts/log';
import type { ClusterId, Tier } from '@etis/contracts/tenancy';
import type { ChosenTransport } from '../transports/chosen-transport.ts';
import type { Lane } from './lane-state.ts';

/** Where each lane may be delivered to, by the governance view of the moment. */
export interface Eligibility {
  /** The cluster that the lane is placed on; undefined while its tenant is suspended or its placement has gone. Its entries are kept. */
  clusterOf(lane: Lane): ClusterId | undefined;
  /** The clusters that batches can be delivered to from here. */
  readonly reached: ReadonlySet<ClusterId>;
  /** By the tier of its cluster: what a tenant's lane counts against those of others. */
  weightOf(cluster: ClusterId): number;
}

const weights: Readonly<Record<Tier, number>> = { standard: 1, advanced: 2, enterprise: 4 };

export function placementsOf(view: GovernanceView): ReadonlyMap<string, ClusterId> {
  return new Map(view.placements.map((placement) => [laneId(placement.tenant, placement.product), placement.cluster]));
}

export function createEligibility(options: {
  governance: Governance;
  transport: Pick<ChosenTransport, 'chosen' | 'reaches'>;
  log: Log;
}): () => Eligibility {
  const { governance, transport, log } = options;
  const reported = new Set<string>();
  let current: { readonly view: GovernanceView; readonly over: TransportName; readonly eligibility: Eligibility } | undefined;

  function eligibility(view: GovernanceView): Eligibility {
    const placements = placementsOf(view);
    return {
      reached: new Set([...view.clusters.keys(), ...placements.values()].filter((cluster) => transport.reaches(cluster))),
      weightOf: (cluster) => weights[view.clusters.get(cluster)?.tier ?? 'standard'],
      clusterOf(lane) {
        if (view.tenants.get(lane.tenant)?.status !== 'active') return undefined;
        const cluster = placements.get(lane.name);
        if (cluster !== undefined) {
          reported.delete(lane.name);
        } else if (!reported.has(lane.name)) {
          reported.add(lane.name);
          log.warn({ lane: lane.name }, 'the lane has entries but no placement any more; they are kept until it has one again');
        }
        return cluster;
      },
    };
  }

  return () => {
    const view = governance.current();
    const over = transport.chosen();
    if (current?.view !== view || current.over !== over) current = { view, over, eligibility: eligibility(view) };
    return current.eligibility;
  };
}

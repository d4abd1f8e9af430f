import type { Cluster, FleetMember, Lane } from '@etis/client';
import type { FiguresNow } from '../overview/figures-now.ts';
import { titled } from '../platform/titled.ts';
import type { DiagramEdge, DiagramNode } from '../shell/diagram.tsx';
import { rate, short } from '../shell/figures.ts';
import { duration } from '../shell/times.ts';

export interface SystemFigures {
  readonly now: FiguresNow;
  readonly clusters: readonly Cluster[];
  readonly lanes: readonly Pick<Lane, 'cluster' | 'waiting' | 'parked' | 'deadLetters'>[];
  readonly fleet: readonly Pick<FleetMember, 'kind' | 'scope' | 'connected' | 'revokedAt'>[];
}

/** The model as a graph: how an event goes from outside to products and on to people, and what governs all of it. */
export function systemGraph({ now, clusters, lanes, fleet }: SystemFigures): {
  nodes: readonly DiagramNode[];
  edges: readonly DiagramEdge[];
} {
  const perSecond = (work: string) => now.work.find((one) => one.work === work)?.perSecond ?? 0;
  const jobs = now.work.filter(({ work }) => work.startsWith('job/'));
  const inbox = now.queues.find(({ queue }) => queue === 'inbox');
  const away = (kind: string, scope: string | null = null) =>
    fleet.some(
      (member) => member.kind === kind && (scope === null || member.scope === scope) && member.revokedAt === null && !member.connected,
    );
  const jobRate = jobs.reduce((sum, one) => sum + one.perSecond, 0);

  const fixed: readonly DiagramNode[] = [
    { id: 'edge', plane: 'edge', title: 'Edge', detail: `${rate(perSecond('http'))} requests`, trouble: away('edge') },
    {
      id: 'ingestion',
      plane: 'ingestion',
      title: 'Ingestion',
      detail: `${rate(perSecond('accept'))} accepted, ${short(inbox?.depth ?? 0)} in the inbox`,
      trouble: away('ingestion'),
    },
    { id: 'router', plane: 'spine', title: 'Router', detail: `the inbox waits ${duration(inbox?.oldestMs ?? 0)}`, trouble: away('router') },
    {
      id: 'dispatcher',
      plane: 'spine',
      title: 'Lanes and dispatcher',
      detail: `${short(sum(lanes, 'waiting'))} wait, ${short(sum(lanes, 'parked'))} parked`,
      trouble: away('dispatcher'),
    },
    { id: 'workers', plane: 'workers', title: 'Workers', detail: `${rate(jobRate)} jobs`, trouble: away('worker') },
    { id: 'control', plane: 'control', title: 'Control', detail: 'tenants, placements, API', trouble: false },
    {
      id: 'command',
      plane: 'command',
      title: 'Command',
      detail: `${fleet.filter(({ connected }) => connected).length} of ${fleet.filter(({ revokedAt }) => revokedAt === null).length} parts connected`,
      trouble: false,
    },
  ];
  const products = clusters.map(({ id, tier }): DiagramNode => {
    const own = lanes.filter(({ cluster }) => cluster === id);
    const dead = sum(own, 'deadLetters');
    return {
      id: `cluster ${id}`,
      plane: 'clusters',
      title: titled(id),
      detail: `${tier}, ${own.length} ${own.length === 1 ? 'lane' : 'lanes'}, ${short(sum(own, 'waiting'))} wait${dead > 0 ? `, ${short(dead)} dead` : ''}`,
      trouble: dead > 0 || away('cluster', id),
    };
  });
  const edge = (from: string, to: string, label: string | null = null): DiagramEdge => ({ from, to, label });
  const edges = [
    edge('edge', 'ingestion', rate(perSecond('accept'))),
    edge('ingestion', 'router'),
    edge('router', 'dispatcher'),
    edge('control', 'command'),
    { ...edge('command', 'router', 'governs'), aside: true },
    ...products.flatMap(({ id }) => [edge('dispatcher', id), edge(id, 'workers')]),
  ];
  return { nodes: [...fixed, ...products], edges };
}

function sum(lanes: SystemFigures['lanes'], of: 'waiting' | 'parked' | 'deadLetters'): number {
  return lanes.reduce((total, lane) => total + lane[of], 0);
}

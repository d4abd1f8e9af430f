import { describe, expect, it } from 'vitest';
import { figuresNow } from '../overview/figures-now.ts';
import { type SystemFigures, systemGraph } from './system-graph.ts';

const member = (kind: 'edge' | 'cluster', connected: boolean, scope: string | null = null) => ({ kind, scope, connected, revokedAt: null });
const figures: SystemFigures = {
  now: figuresNow([]),
  clusters: [
    { id: 'nudge-standard', product: 'nudge', tier: 'standard' },
    { id: 'nudge-enterprise', product: 'nudge', tier: 'enterprise' },
  ],
  lanes: [
    { cluster: 'nudge-standard', waiting: 3, parked: 1, deadLetters: 0 },
    { cluster: 'nudge-enterprise', waiting: 2, parked: 0, deadLetters: 1 },
  ],
  fleet: [member('edge', true), member('cluster', true, 'nudge-standard')],
};

describe('the graph of the system', () => {
  it('has every plane and cluster, and no edge into nothing', () => {
    const { nodes, edges } = systemGraph(figures);
    const ids = new Set(nodes.map(({ id }) => id));
    expect(nodes).toHaveLength(9);
    for (const { from, to } of edges) expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
    expect(nodes.find(({ id }) => id === 'dispatcher')?.detail).toBe('5 wait, 1 parked');
  });

  it('says where trouble is: dead letters, and parts that are away', () => {
    const trouble = (given: Partial<SystemFigures>) =>
      systemGraph({ ...figures, ...given })
        .nodes.filter((node) => node.trouble)
        .map(({ id }) => id);
    expect(trouble({})).toEqual(['cluster nudge-enterprise']);
    expect(trouble({ lanes: [], fleet: [member('edge', false), member('cluster', false, 'nudge-standard')] })).toEqual([
      'edge',
      'cluster nudge-standard',
    ]);
  });
});

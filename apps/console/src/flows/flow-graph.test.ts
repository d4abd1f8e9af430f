import type { FlowStep } from '@etis/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowGraph } from './flow-graph.ts';

const names = {
  tenant: (id: string) => id.toUpperCase(),
  product: (id: string) => id.toUpperCase(),
  cluster: (id: string) => id.toUpperCase(),
};
const at = '2026-11-02T09:30:00.000Z';
const steps: readonly FlowStep[] = [
  { step: 'accepted', at, delivery: 'd', connection: 'autodesk', bytes: 1_400 },
  { step: 'normalised', at, event: 'e1', type: 'document.version.added', subject: null },
  { step: 'resolved', at, event: 'e1', tenant: 'arbor', project: 'school' },
  { step: 'routed', at, event: 'e1', lane: 'arbor/nudge', cluster: 'nudge-standard', product: 'nudge' },
  { step: 'handled', at, event: 'e1', lane: 'arbor/nudge', attempts: 1 },
  { step: 'job-enqueued', at, event: 'e1', job: 'j1', kind: 'email' },
  { step: 'job-done', at, event: 'e1', job: 'j1', kind: 'email', attempts: 2, result: { to: 'ada@example.com', response: '250 OK' } },
  { step: 'normalised', at, event: 'e2', type: 'job.done', subject: 'j1' },
  { step: 'dead-letter', at, event: 'e2', lane: 'arbor/nudge', attempts: 5, error: 'it broke' },
];

describe('the graph of a flow', () => {
  it('leads from the delivery over events and products to jobs and on', () => {
    const { nodes, edges } = flowGraph(
      steps,
      new Map([
        ['e1', 'd'],
        ['e2', 'e1'],
      ]),
      names,
    );
    expect(nodes.map(({ id, outcome, plane }) => [id, plane, outcome])).toEqual([
      ['delivery d', 'ingestion', 'done'],
      ['event e1', 'spine', 'done'],
      ['at arbor/nudge e1', 'clusters', 'done'],
      ['job j1', 'workers', 'done'],
      ['event e2', 'spine', 'done'],
      ['at arbor/nudge e2', 'clusters', 'failed'],
    ]);
    expect(edges.map(({ from, to }) => `${from} > ${to}`)).toEqual([
      'delivery d > event e1',
      'event e1 > at arbor/nudge e1',
      'at arbor/nudge e1 > job j1',
      'job j1 > event e2',
      'event e2 > at arbor/nudge e2',
    ]);
    expect(nodes[3]).toMatchObject({ title: 'Job: Email', detail: 'to ada@example.com (250 OK), 2 attempts' });
    expect(nodes[2]?.detail).toBe('by NUDGE of ARBOR');
  });

  it('never has an edge to what is not drawn, in whatever order and with whatever missing', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...steps]), fc.boolean(), (some, known) => {
        const { nodes, edges } = flowGraph(some, known ? new Map([['e2', 'j1']]) : new Map(), names);
        const ids = new Set(nodes.map(({ id }) => id));
        expect(ids.size).toBe(nodes.length);
        for (const { from, to } of edges) expect([ids.has(from), ids.has(to), from === to]).toEqual([true, true, false]);
      }),
    );
  });

  it('draws steps that a newer platform tells of as well as it can', () => {
    const strange = { step: 'something-new', at } as unknown as FlowStep;
    expect(flowGraph([strange, ...steps.slice(0, 2)], new Map(), names).nodes).toHaveLength(2);
  });
});

import type { FlowStep } from '@etis/client';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { usePlatform } from '../platform/platform.tsx';
import { Diagram } from '../shell/diagram.tsx';
import { type Causes, flowGraph } from './flow-graph.ts';
import { useStepNames } from './use-step-names.ts';

/** Of longer flows only the first events are asked what they came of. */
const mostAsked = 60;
const signs = { done: '', waiting: ' … waiting', failed: ' ✕ failed' } as const;

/** A flow drawn as a graph across planes and clusters. */
export function FlowDiagram({ steps }: { readonly steps: readonly FlowStep[] }) {
  const names = useStepNames();
  const causes = useCauses(steps);
  const { nodes, edges } = flowGraph(steps, causes, names);
  return (
    <Diagram
      label="The flow as a graph"
      nodes={nodes.map(({ id, title, detail, plane, outcome }) => ({
        id,
        plane,
        title: title + signs[outcome],
        detail,
        trouble: outcome === 'failed',
      }))}
      edges={edges.map(({ from, to }) => ({ from, to, label: null }))}
    />
  );
}

function useCauses(steps: readonly FlowStep[]): Causes {
  const { etis } = usePlatform();
  const events = useMemo(() => steps.flatMap((step) => (step.step === 'normalised' ? [step.event] : [])).slice(0, mostAsked), [steps]);
  const details = useQueries({
    queries: events.map((event) => ({
      queryKey: ['event', event],
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await etis.get('/api/v1/events/{event}', { params: { path: { event } }, signal })).data,
    })),
  });
  return new Map(events.map((event, index) => [event, details[index]?.data?.cause ?? null]));
}

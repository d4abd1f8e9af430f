import { Paper } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { figuresNow } from '../overview/figures-now.ts';
import { useLoad } from '../overview/use-load.ts';
import { useClusters } from '../platform/names.tsx';
import { useLook } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { Loading } from '../shell/loading.tsx';
import { Page } from '../shell/page.tsx';
import { systemGraph } from './system-graph.ts';

const Diagram = lazy(async () => ({ default: (await import('../shell/diagram.tsx')).Diagram }));

/** The planes and clusters as the model draws them, with what moves between them now. */
export function SystemMap() {
  const load = useLoad();
  const clusters = useClusters();
  const lanes = useLook({
    of: ['lanes', 'placements'],
    key: ['lanes', 'map'],
    ask: async (etis, signal) => ({ data: (await etis.get('/api/v1/lanes', { params: { query: { limit: 200 } }, signal })).data.items }),
  });
  const fleet = useLook({
    of: ['fleet'],
    key: ['fleet'],
    ask: async (etis, signal) => ({ data: (await etis.get('/api/v1/fleet', { signal })).data.members }),
  });
  const all = [load, clusters, lanes, fleet];
  const data =
    load.data && clusters.data && lanes.data && fleet.data
      ? systemGraph({ now: figuresNow(load.data), clusters: clusters.data, lanes: lanes.data, fleet: fleet.data })
      : undefined;
  const error = all.find((one) => one.error)?.error;
  return (
    <Page title="System map" about="Where events go, and how many do now. Rates are those of the last report, at most five seconds old.">
      <Answer of={{ data, error, refetch: () => all.map((one) => one.refetch()) }}>
        {({ nodes, edges }) => (
          <Paper withBorder>
            <Suspense fallback={<Loading height={440} />}>
              <Diagram label="Planes and clusters" nodes={nodes} edges={edges} tall />
            </Suspense>
          </Paper>
        )}
      </Answer>
    </Page>
  );
}

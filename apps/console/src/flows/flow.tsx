import { Badge, Group, Paper, SegmentedControl } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useLook } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { Loading } from '../shell/loading.tsx';
import { Page } from '../shell/page.tsx';
import { clockTime, dateAndTime } from '../shell/times.ts';
import { FlowTimeline } from './flow-timeline.tsx';

const FlowDiagram = lazy(async () => ({ default: (await import('./flow-diagram.tsx')).FlowDiagram }));

/** Everything that one delivery caused. */
export function Flow() {
  const { flow: id } = useParams({ from: '/flows/$flow' });
  const [view, setView] = useState<string>('timeline');
  const flow = useLook({
    of: ['events', 'lanes', 'jobs', 'dead-letters', 'unmatched'],
    key: ['flow', id],
    ask: (etis, signal) => etis.get('/api/v1/flows/{id}', { params: { path: { id } }, signal }),
  });
  return (
    <Page
      title="Flow"
      about={
        flow.data?.steps[0] === undefined
          ? 'Everything that one delivery caused.'
          : `Everything that came of what was accepted ${dateAndTime(flow.data.steps[0].at)}.`
      }
      actions={
        <SegmentedControl
          size="xs"
          aria-label="How to draw the flow"
          value={view}
          onChange={setView}
          data={[
            { value: 'timeline', label: 'Timeline' },
            { value: 'graph', label: 'Graph' },
          ]}
        />
      }
    >
      <Answer of={flow}>
        {({ steps, settled }) => (
          <>
            <Group gap="xs">
              <Badge color={settled ? 'green' : 'yellow'} variant="light" tt="none">
                {settled ? 'At rest: nothing of it waits' : 'Under way'}
              </Badge>
              <Badge color="gray" variant="light" tt="none">
                {steps.length} steps
                {steps.length > 1 ? ` from ${clockTime(steps[0]?.at ?? '')} to ${clockTime(steps.at(-1)?.at ?? '')}` : ''}
              </Badge>
            </Group>
            {view === 'timeline' ? (
              <FlowTimeline steps={steps} />
            ) : (
              <Paper withBorder>
                <Suspense fallback={<Loading height={440} />}>
                  <FlowDiagram steps={steps} />
                </Suspense>
              </Paper>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}

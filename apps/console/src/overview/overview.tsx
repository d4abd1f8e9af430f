import { Badge, Paper, Progress, Stack, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { LaneName } from '../platform/names.tsx';
import { titled } from '../platform/titled.ts';
import { useLook } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { bytes, rate, short } from '../shell/figures.ts';
import { Loading } from '../shell/loading.tsx';
import { Page } from '../shell/page.tsx';
import { planes } from '../shell/planes.ts';
import { duration, span } from '../shell/times.ts';
import { Alerts } from './alerts.tsx';
import { FigureCard } from './figure-card.tsx';
import { figuresNow } from './figures-now.ts';
import classes from './overview.module.css';
import { useLoad } from './use-load.ts';
import { workTitle } from './work-title.ts';

const Throughput = lazy(async () => ({ default: (await import('./throughput.tsx')).Throughput }));

/** How the installation is: what is done, what waits and for how long, how full it is, and what is wrong. */
export function Overview() {
  const status = useLook({
    of: ['lanes', 'dead-letters', 'events', 'jobs'],
    key: ['status'],
    everyMs: 15_000,
    ask: (etis, signal) => etis.get('/api/v1/status', { signal }),
  });
  const load = useLoad();
  return (
    <Page title="Overview" about="What is done now, what waits, and what is wrong.">
      <Alerts />
      <Answer of={status}>
        {({ ready, lanes, uptimeSeconds, version, checks }) => (
          <div className={classes.cards}>
            <FigureCard
              title="Platform"
              value={ready ? 'Ready' : 'Not ready'}
              note={`version ${version}, up for ${span(uptimeSeconds * 1_000)}`}
              trouble={
                ready
                  ? null
                  : checks
                      .filter(({ ok }) => !ok)
                      .map(({ name }) => name)
                      .join(', ')
              }
            />
            <FigureCard
              title="Waiting in lanes"
              value={short(lanes.waiting)}
              note={`${lanes.total} ${lanes.total === 1 ? 'lane' : 'lanes'}, ${short(lanes.parked)} parked`}
            />
            <FigureCard
              title="Dead letters"
              value={short(lanes.deadLetters)}
              note="nothing gave up"
              trouble={lanes.deadLetters > 0 ? 'used up their attempts' : null}
            />
            <LoadCards />
          </div>
        )}
      </Answer>
      <Paper withBorder p="sm">
        <Title order={2}>The last hour</Title>
        <Suspense fallback={<Loading height={220} />}>
          <Throughput />
        </Suspense>
      </Paper>
      <div className={classes.halves}>
        <Stack gap="xs">
          <Title order={2}>Work</Title>
          <Answer of={load}>
            {(loads) => (
              <DataTable
                label="Work"
                rows={figuresNow(loads).work}
                keyOf={({ work }) => work}
                columns={[
                  { title: 'Work', cell: ({ work }) => <Work of={work} /> },
                  { title: 'Rate', figure: true, cell: ({ perSecond }) => rate(perSecond) },
                  {
                    title: 'Failing',
                    figure: true,
                    cell: ({ failedPerSecond }) => (failedPerSecond === 0 ? 'none' : rate(failedPerSecond)),
                  },
                  { title: '95 % within', figure: true, cell: ({ p95 }) => duration(p95) },
                ]}
              />
            )}
          </Answer>
        </Stack>
        <Stack gap="xs">
          <Title order={2}>Waiting</Title>
          <Answer of={load}>
            {(loads) => (
              <DataTable
                label="Waiting"
                rows={figuresNow(loads).queues}
                keyOf={({ queue }) => queue}
                columns={[
                  { title: 'Queue', cell: ({ queue }) => <Work of={queue} /> },
                  { title: 'Depth', figure: true, cell: ({ depth }) => short(depth) },
                  { title: 'Oldest waits', figure: true, cell: ({ oldestMs }) => duration(oldestMs) },
                ]}
              />
            )}
          </Answer>
          <Title order={2}>Lanes</Title>
          <Lanes />
        </Stack>
      </div>
    </Page>
  );
}

function LoadCards() {
  const load = useLoad();
  if (load.data === undefined) return null;
  const { lagMs, cores, memoryBytes, eventLoopDelayMs, work } = figuresNow(load.data);
  const accepted = work.find((one) => one.work === 'accept')?.perSecond ?? 0;
  return (
    <>
      <FigureCard title="Accepted" value={rate(accepted)} note="deliveries from outside" />
      <FigureCard title="Lag" value={duration(lagMs)} note="the oldest that waits" trouble={lagMs > 60_000 ? 'more than a minute' : null} />
      <FigureCard
        title="Processor"
        value={`${Math.round(cores * 100)} %`}
        note={<Progress size="xs" value={Math.min(100, cores * 100)} aria-label="Share of one core" />}
      />
      <FigureCard title="Memory" value={bytes(memoryBytes)} note={`event loop behind by ${duration(eventLoopDelayMs)}`} />
    </>
  );
}

function Work({ of }: { readonly of: string }) {
  const { title, plane } = workTitle(of, titled);
  return (
    <>
      {title}{' '}
      <Badge size="xs" variant="light" color={planes[plane].colour} tt="none">
        {planes[plane].title}
      </Badge>
    </>
  );
}

function Lanes() {
  const lanes = useLook({
    of: ['lanes', 'placements'],
    key: ['lanes'],
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/lanes', { params: { query: { limit: 100 } }, signal });
      return { data: data.items };
    },
  });
  return (
    <Answer of={lanes} empty="No tenant is placed on a product yet.">
      {(rows) => (
        <DataTable
          label="Lanes"
          rows={rows}
          keyOf={({ lane }) => lane}
          columns={[
            { title: 'Lane', cell: ({ lane }) => <LaneName lane={lane} /> },
            { title: 'Cluster', cell: ({ cluster, trouble }) => trouble ?? (cluster === null ? 'placed nowhere' : titled(cluster)) },
            { title: 'Waiting', figure: true, cell: ({ waiting }) => short(waiting) },
            { title: 'Parked', figure: true, cell: ({ parked }) => short(parked) },
            { title: 'Dead', figure: true, cell: ({ deadLetters }) => short(deadLetters) },
          ]}
        />
      )}
    </Answer>
  );
}

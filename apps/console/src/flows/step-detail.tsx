import type { Client, FlowStep } from '@etis/client';
import { Box, Button, Group, Stack } from '@mantine/core';
import { useLook } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { Facts } from '../shell/facts.tsx';
import { JsonView } from '../shell/json-view.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { clockTime } from '../shell/times.ts';

/** What a step carries: the event's data, the job's payload and answer; and what can be done about one that went wrong. */
export function StepDetail({ step }: { readonly step: FlowStep }) {
  return (
    <Box p="sm" pl={{ base: 'sm', sm: 40 }}>
      <Stack gap="sm">
        <Facts of={factsOf(step)} />
        {'job' in step ? <JobCarried job={step.job} /> : 'event' in step ? <EventCarried event={step.event} /> : null}
        {step.step === 'unmatched' ? <Replay delivery={step.delivery} /> : null}
        {step.step === 'dead-letter' ? <Redrive find={(etis) => entryId(etis, step)} /> : null}
        {step.step === 'job-failed' && step.final ? <Redrive find={async () => step.job} /> : null}
      </Stack>
    </Box>
  );
}

function factsOf(step: FlowStep): readonly (readonly [string, string])[] {
  return [
    ['at', clockTime(step.at)] as const,
    ...Object.entries(step).filter(([name]) => !['step', 'at', 'result'].includes(name)),
  ].flatMap(([name, value]) => (value === null ? [] : [[name, String(value)] as const]));
}

function EventCarried({ event }: { readonly event: string }) {
  const detail = useLook({
    of: [],
    key: ['event', event],
    ask: (etis, signal) => etis.get('/api/v1/events/{event}', { params: { path: { event } }, signal }),
  });
  return <Answer of={detail}>{({ data }) => <JsonView label="What the event carries" value={data} />}</Answer>;
}

function JobCarried({ job }: { readonly job: string }) {
  const detail = useLook({
    of: ['jobs'],
    key: ['job', job],
    ask: (etis, signal) => etis.get('/api/v1/jobs/{job}', { params: { path: { job } }, signal }),
  });
  return (
    <Answer of={detail}>
      {({ payload, result }) => (
        <>
          <JsonView label="What the job was asked" value={payload} />
          {result === null ? null : <JsonView label="What it answered" value={result} />}
        </>
      )}
    </Answer>
  );
}

function Replay({ delivery }: { readonly delivery: string }) {
  const replay = useOrder({
    run: (etis) => etis.post('/api/v1/unmatched/{delivery}/replay', { params: { path: { delivery }, header: once() } }),
    changes: ['unmatched', 'events', 'lanes'],
    said: ({ data }) => `Routed again: ${data.placed} placed, ${data.unmatched} still unmatched.`,
  });
  return <Act label="Route it again" busy={replay.isPending} error={replay.error} act={() => replay.mutate(undefined)} />;
}

/** The dead letter of an entry is named by its place in the lane, which the flow does not tell. @throws Error where it is none any more */
async function entryId(etis: Client, { lane, event }: { readonly lane: string; readonly event: string }): Promise<string> {
  const tenant = lane.split('/')[0] ?? '';
  for await (const letter of etis.items('/api/v1/dead-letters', { params: { query: { tenant, limit: 200 } } })) {
    if (letter.event === event && letter.where === lane) return letter.id;
  }
  throw new Error('It is no dead letter any more: somebody redrove or discarded it.');
}

function Redrive({ find }: { readonly find: (etis: Client) => Promise<string> }) {
  const redrive = useOrder({
    run: async (etis) => {
      const id = await find(etis);
      return await etis.post('/api/v1/dead-letters/{id}/redrive', { params: { path: { id }, header: once() } });
    },
    changes: ['dead-letters', 'lanes', 'events', 'jobs'],
    said: () => 'It has its attempts back.',
  });
  return <Act label="Redrive" busy={redrive.isPending} error={redrive.error} act={() => redrive.mutate(undefined)} />;
}

function Act({
  label,
  busy,
  error,
  act,
}: {
  readonly label: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly act: () => void;
}) {
  return (
    <Group>
      <Button loading={busy} onClick={act}>
        {label}
      </Button>
      {error ? <ProblemNote error={error} /> : null}
    </Group>
  );
}

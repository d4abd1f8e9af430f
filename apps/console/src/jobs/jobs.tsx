import type { Job } from '@etis/client';
import { Badge, Button, Group, Progress, Select } from '@mantine/core';
import { useState } from 'react';
import { eventTitle } from '../flows/event-title.ts';
import { TenantName, useTenants } from '../platform/names.tsx';
import { useList } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { moreOf } from '../shell/more.ts';
import { Page } from '../shell/page.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { TextLink } from '../shell/text-link.tsx';

const states = {
  scheduled: ['Scheduled', 'gray'],
  ready: ['Ready', 'blue'],
  leased: ['Running', 'cyan'],
  done: ['Done', 'green'],
  dead: ['Dead', 'red'],
  cancelled: ['Cancelled', 'gray'],
} as const;
type State = keyof typeof states;

/** Background work, newest first. */
export function Jobs() {
  const tenants = useTenants().data ?? [];
  const [tenant, setTenant] = useState<string | null>(null);
  const [state, setState] = useState<State | null>(null);
  const query = { ...(tenant === null ? {} : { tenant }), ...(state === null ? {} : { state }) };
  const jobs = useList({
    of: ['jobs'],
    key: ['jobs', query],
    ask: (etis, page, signal) => etis.get('/api/v1/jobs', { params: { query: { ...page, ...query } }, signal }),
  });
  return (
    <Page title="Jobs" about="Work that products handed to the workers.">
      <Group gap="xs">
        <Select
          label="Tenant"
          placeholder="All"
          clearable
          searchable
          value={tenant}
          data={tenants.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setTenant}
        />
        <Select
          label="State"
          placeholder="Any"
          clearable
          value={state}
          data={Object.entries(states).map(([value, [label]]) => ({ value, label }))}
          onChange={(value) => setState(value as State | null)}
        />
      </Group>
      <Answer of={{ ...jobs, data: jobs.items }} empty="There are no such jobs.">
        {(rows) => (
          <DataTable
            label="Jobs"
            rows={rows}
            keyOf={({ id }) => id}
            more={moreOf(jobs)}
            columns={[
              {
                title: 'Job',
                cell: ({ kind, flow }) => (
                  <TextLink to="/flows/$flow" params={{ flow }}>
                    {eventTitle(kind)}
                  </TextLink>
                ),
              },
              { title: 'Tenant', cell: ({ tenant: of }) => <TenantName id={of} /> },
              { title: 'State', cell: (job) => <JobState job={job} /> },
              { title: 'Attempts', figure: true, cell: ({ attempts, maxAttempts }) => `${attempts} of ${maxAttempts}` },
              { title: 'Error', cell: ({ error }) => error ?? '' },
              { title: 'Changed', cell: ({ updatedAt }) => <Ago at={updatedAt} /> },
              { title: 'Do', cell: (job) => <Cancel job={job} /> },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

function JobState({ job: { state, progress } }: { readonly job: Job }) {
  const [label, colour] = states[state];
  return (
    <>
      <Badge size="sm" variant="light" color={colour} tt="none">
        {label}
      </Badge>
      {state === 'leased' && progress !== null ? (
        <Progress size="xs" mt={4} value={progress.done * 100} aria-label={progress.note} />
      ) : null}
    </>
  );
}

function Cancel({ job: { id, state } }: { readonly job: Job }) {
  const cancel = useOrder({
    run: (etis) => etis.post('/api/v1/jobs/{job}/cancel', { params: { path: { job: id }, header: once() } }),
    changes: ['jobs'],
    said: () => 'The job is cancelled.',
  });
  if (!['scheduled', 'ready', 'leased'].includes(state)) return null;
  return (
    <>
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
        Cancel
      </Button>
      {cancel.error ? <ProblemNote error={cancel.error} /> : null}
    </>
  );
}

import type { DeadLetter } from '@etis/client';
import { Button, Group, Select } from '@mantine/core';
import { useState } from 'react';
import { LaneName, TenantName, useTenants } from '../platform/names.tsx';
import { useList } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { moreOf } from '../shell/more.ts';
import { Page } from '../shell/page.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { ReasonButton } from '../shell/reason-button.tsx';
import { TextLink } from '../shell/text-link.tsx';

const changes = ['dead-letters', 'lanes', 'jobs', 'events'];
const mostAtOnce = 500;

/** What used up its attempts, and the two ways on: its attempts back, or closed for good. */
export function DeadLetters() {
  const [tenant, setTenant] = useState<string | null>(null);
  const tenants = useTenants().data ?? [];
  const query = tenant === null ? {} : { tenant };
  const letters = useList({
    of: ['dead-letters'],
    key: ['dead-letters', tenant],
    ask: (etis, page, signal) => etis.get('/api/v1/dead-letters', { params: { query: { ...page, ...query } }, signal }),
  });
  const redriveAll = useOrder({
    run: (etis) => etis.post('/api/v1/dead-letters/redrive', { params: { header: once() }, body: { ...query, limit: mostAtOnce } }),
    changes,
    said: ({ data }) => `${data.changed} have their attempts back${data.more ? '; there are more' : ''}.`,
  });
  return (
    <Page
      title="Dead letters"
      about="Entries and jobs that used up their attempts. They stay until somebody decides."
      actions={
        <Button
          variant="default"
          loading={redriveAll.isPending}
          disabled={!letters.items?.length}
          onClick={() => redriveAll.mutate(undefined)}
        >
          Redrive all
        </Button>
      }
    >
      <Group>
        <Select
          label="Tenant"
          placeholder="All"
          clearable
          searchable
          value={tenant}
          data={tenants.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setTenant}
        />
      </Group>
      {redriveAll.error ? <ProblemNote error={redriveAll.error} /> : null}
      <Answer
        of={{ ...letters, data: letters.items }}
        empty="There are no dead letters. Everything that was accepted is handled or under way."
      >
        {(rows) => (
          <DataTable
            label="Dead letters"
            rows={rows}
            keyOf={({ id }) => id}
            more={moreOf(letters)}
            columns={[
              {
                title: 'Where',
                cell: ({ kind, where, tenant: of }) => (kind === 'job' ? <JobOf tenant={of} kind={where} /> : <LaneName lane={where} />),
              },
              { title: 'Error', cell: ({ error }) => error },
              { title: 'Attempts', figure: true, cell: ({ attempts }) => attempts },
              { title: 'Since', cell: ({ at }) => <Ago at={at} /> },
              { title: 'Do', cell: (letter) => <Ways letter={letter} /> },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

function JobOf({ tenant, kind }: { readonly tenant: string; readonly kind: string }) {
  return (
    <>
      {kind} job of <TenantName id={tenant} />
    </>
  );
}

function Ways({ letter: { id, event } }: { readonly letter: DeadLetter }) {
  const redrive = useOrder({
    run: (etis) => etis.post('/api/v1/dead-letters/{id}/redrive', { params: { path: { id }, header: once() } }),
    changes,
    said: () => 'It has its attempts back.',
  });
  const discard = useOrder({
    run: (etis, reason: string) =>
      etis.post('/api/v1/dead-letters/{id}/discard', { params: { path: { id }, header: once() }, body: { reason } }),
    changes,
    said: () => 'It is closed for good.',
  });
  return (
    <Group gap={6}>
      <Button loading={redrive.isPending} onClick={() => redrive.mutate(undefined)}>
        Redrive
      </Button>
      <ReasonButton label="Discard" title="Close this dead letter for good" danger act={(reason) => discard.mutateAsync(reason)} />
      {event === null ? null : (
        <TextLink to="/flows/$flow" params={{ flow: event }}>
          Flow
        </TextLink>
      )}
      {redrive.error ? <ProblemNote error={redrive.error} /> : null}
    </Group>
  );
}

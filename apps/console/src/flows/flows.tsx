import { Button, Group, Select, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { TenantName, useTenants } from '../platform/names.tsx';
import { useList } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { Page } from '../shell/page.tsx';
import { TextLink } from '../shell/text-link.tsx';
import { eventTitle } from './event-title.ts';
import type { FlowSearch } from './flow-search.ts';

/** Finds events, newest first; each leads to its flow. */
export function Flows() {
  const search = useSearch({ from: '/flows' });
  const events = useList({
    of: ['events'],
    key: ['events', search],
    ask: (etis, page, signal) => etis.get('/api/v1/events', { params: { query: { ...page, ...search } }, signal }),
  });
  return (
    <Page title="Flows" about="Everything that came in, as events of the platform's vocabulary. Open one to see all that it caused.">
      <FlowFilter search={search} />
      <Answer of={{ ...events, data: events.items }} empty="No event fits. Nothing came in yet, or the search is too narrow.">
        {(rows) => (
          <DataTable
            label="Events"
            rows={rows}
            keyOf={({ id }) => id}
            more={events.hasNextPage ? { load: () => void events.fetchNextPage(), busy: events.isFetchingNextPage } : undefined}
            columns={[
              {
                title: 'What',
                cell: ({ flow, type }) => (
                  <TextLink to="/flows/$flow" params={{ flow }}>
                    {eventTitle(type)}
                  </TextLink>
                ),
              },
              { title: 'About', cell: ({ subject, type }) => aboutText(subject, type) },
              { title: 'Tenant', cell: ({ tenant }) => <TenantName id={tenant} /> },
              { title: 'Project', cell: ({ project }) => project ?? '' },
              { title: 'Accepted', cell: ({ acceptedAt }) => <Ago at={acceptedAt} /> },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** An id of the platform's own says nothing to people; that of an external system may. */
function aboutText(subject: string | null, type: string): string {
  if (subject === null) return '';
  return uuid.test(subject) ? `${type.split('.')[0] ?? ''} …${subject.slice(-6)}` : subject;
}

function FlowFilter({ search }: { readonly search: FlowSearch }) {
  const navigate = useNavigate();
  const tenants = useTenants();
  const [text, setText] = useState(search.text ?? '');
  const [type, setType] = useState(search.type ?? '');
  useEffect(() => {
    setText(search.text ?? '');
    setType(search.type ?? '');
  }, [search]);

  function narrow(change: { [Name in keyof FlowSearch]?: string | undefined }): void {
    const next = Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== '');
    void navigate({ to: '/flows', search: Object.fromEntries(next) });
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    narrow({ text: text.trim(), type: type.trim() });
  }

  return (
    <form onSubmit={submit}>
      <Group align="end" gap="xs">
        <TextInput label="Text in the event" value={text} maxLength={200} onChange={(event) => setText(event.currentTarget.value)} />
        <TextInput
          label="Type"
          placeholder="document.version.added"
          value={type}
          maxLength={200}
          onChange={(event) => setType(event.currentTarget.value)}
        />
        <Select
          label="Tenant"
          placeholder="All"
          clearable
          searchable
          value={search.tenant ?? null}
          data={(tenants.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(tenant) => narrow({ tenant: tenant ?? undefined })}
        />
        <Button type="submit" size="sm">
          Search
        </Button>
      </Group>
    </form>
  );
}

import { Button, Group, Select } from '@mantine/core';
import { useState } from 'react';
import { eventTitle } from '../flows/event-title.ts';
import { useTenants } from '../platform/names.tsx';
import { useList } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { moreOf } from '../shell/more.ts';
import { Page } from '../shell/page.tsx';
import { useVerification, Verification } from './verification.tsx';

/** The sealed record of what was done: the platform's own, or a tenant's. */
export function Audit() {
  const tenants = useTenants().data ?? [];
  const [tenant, setTenant] = useState<string | null>(null);
  const verification = useVerification();
  const entries = useList({
    of: ['*'],
    key: ['audit', tenant],
    ask: (etis, page, signal) =>
      etis.get('/api/v1/audit', { params: { query: { ...page, ...(tenant === null ? {} : { tenant }) } }, signal }),
  });
  return (
    <Page
      title="Audit"
      about="What was done, by whom and why, chained and signed so that a change is found."
      actions={
        <Button variant="default" loading={verification.busy} onClick={verification.begin}>
          Verify
        </Button>
      }
    >
      <Verification of={verification} />
      <Group>
        <Select
          label="Whose"
          placeholder="The platform's own"
          clearable
          searchable
          value={tenant}
          data={tenants.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setTenant}
        />
      </Group>
      <Answer of={{ ...entries, data: entries.items }} empty="Nothing was sealed here yet; it takes a second or two.">
        {(rows) => (
          <DataTable
            label="Sealed actions"
            rows={rows}
            keyOf={({ chain, number }) => `${chain} ${number}`}
            more={moreOf(entries)}
            columns={[
              { title: 'Action', cell: ({ action }) => eventTitle(action) },
              { title: 'On', cell: ({ target, erased }) => (erased ? 'erased' : target) },
              { title: 'By', cell: ({ actor }) => (actor.kind === 'operator' ? 'an operator' : `${actor.kind} ${actor.id}`) },
              { title: 'Why', cell: ({ reason }) => reason ?? '' },
              { title: 'When', cell: ({ at }) => <Ago at={at} /> },
              { title: 'Number', figure: true, cell: ({ number }) => number },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

import { Badge, Group, Select } from '@mantine/core';
import { useState } from 'react';
import { TenantName, useTenants } from '../platform/names.tsx';
import { useList } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { moreOf } from '../shell/more.ts';
import { Page } from '../shell/page.tsx';
import { TextLink } from '../shell/text-link.tsx';

const channels = { email: 'E-mail', whatsapp: 'WhatsApp' } as const;
const states = {
  sending: ['Sending', 'blue'],
  sent: ['Sent', 'green'],
  refused: ['Refused', 'red'],
  unknown: ['Outcome unknown', 'yellow'],
} as const;

/** Messages that left the platform, newest first. */
export function Sent() {
  const tenants = useTenants().data ?? [];
  const [tenant, setTenant] = useState<string | null>(null);
  const [channel, setChannel] = useState<keyof typeof channels | null>(null);
  const query = { ...(tenant === null ? {} : { tenant }), ...(channel === null ? {} : { channel }) };
  const sent = useList({
    of: ['jobs'],
    key: ['sent', query],
    ask: (etis, page, signal) => etis.get('/api/v1/sent-messages', { params: { query: { ...page, ...query } }, signal }),
  });
  return (
    <Page title="Sent log" about="Every mail and WhatsApp message that was given away, and what the other side said.">
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
          label="Channel"
          placeholder="All"
          clearable
          value={channel}
          data={Object.entries(channels).map(([value, label]) => ({ value, label }))}
          onChange={(value) => setChannel(value as keyof typeof channels | null)}
        />
      </Group>
      <Answer of={{ ...sent, data: sent.items }} empty="Nothing was sent yet.">
        {(rows) => (
          <DataTable
            label="Sent messages"
            rows={rows}
            keyOf={({ job, recipient }) => `${job} ${recipient}`}
            more={moreOf(sent)}
            columns={[
              {
                title: 'To',
                cell: ({ recipient, job }) => (
                  <TextLink to="/flows/$flow" params={{ flow: job }}>
                    {recipient}
                  </TextLink>
                ),
              },
              { title: 'Channel', cell: (one) => channels[one.channel] },
              { title: 'Tenant', cell: (one) => <TenantName id={one.tenant} /> },
              {
                title: 'State',
                cell: ({ state }) => (
                  <Badge size="sm" variant="light" color={states[state][1]} tt="none">
                    {states[state][0]}
                  </Badge>
                ),
              },
              { title: 'The other side said', cell: ({ response }) => response ?? '' },
              { title: 'When', cell: ({ begunAt }) => <Ago at={begunAt} /> },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

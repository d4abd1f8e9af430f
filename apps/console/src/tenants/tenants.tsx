import { Badge, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ProductName } from '../platform/names.tsx';
import { titled } from '../platform/titled.ts';
import { useList } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { Page } from '../shell/page.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { TextLink } from '../shell/text-link.tsx';

export function Tenants() {
  const [adding, { open, close }] = useDisclosure(false);
  const tenants = useList({
    of: ['tenants', 'placements'],
    key: ['tenants', 'list'],
    ask: (etis, page, signal) => etis.get('/api/v1/tenants', { params: { query: page }, signal }),
  });
  return (
    <Page
      title="Tenants"
      about="Customer organisations, and the clusters that their products run on."
      actions={<Button onClick={open}>Add a tenant</Button>}
    >
      <Answer of={{ ...tenants, data: tenants.items }} empty="There is no tenant yet.">
        {(rows) => (
          <DataTable
            label="Tenants"
            rows={rows}
            keyOf={({ id }) => id}
            more={tenants.hasNextPage ? { load: () => void tenants.fetchNextPage(), busy: tenants.isFetchingNextPage } : undefined}
            columns={[
              {
                title: 'Name',
                cell: ({ id, name }) => (
                  <TextLink to="/tenants/$tenant" params={{ tenant: id }}>
                    {name}
                  </TextLink>
                ),
              },
              { title: 'State', cell: ({ status }) => <TenantState status={status} /> },
              {
                title: 'Placed on',
                cell: ({ placements }) => (
                  <Group gap={6}>
                    {placements.map(({ product, cluster }) => (
                      <Badge key={product} size="sm" variant="light" color="blue" tt="none">
                        <ProductName id={product} /> on {titled(cluster)}
                      </Badge>
                    ))}
                    {placements.length === 0 ? 'nothing' : null}
                  </Group>
                ),
              },
              { title: 'Since', cell: ({ createdAt }) => <Ago at={createdAt} /> },
            ]}
          />
        )}
      </Answer>
      <Modal opened={adding} onClose={close} title="Add a tenant">
        <NewTenant close={close} />
      </Modal>
    </Page>
  );
}

export function TenantState({ status }: { readonly status: 'active' | 'suspended' }) {
  return (
    <Badge size="sm" variant="light" color={status === 'active' ? 'green' : 'red'} tt="none">
      {status === 'active' ? 'Active' : 'Suspended'}
    </Badge>
  );
}

function NewTenant({ close }: { readonly close: () => void }) {
  const [name, setName] = useState('');
  const [id, setId] = useState<string | null>(null);
  const navigate = useNavigate();
  const proposed = id ?? idOf(name);
  const add = useOrder({
    run: (etis) => etis.post('/api/v1/tenants', { params: { header: once() }, body: { id: proposed, name: name.trim() } }),
    changes: ['tenants'],
    said: ({ data }) => `${data.name} is a tenant now.`,
    done({ data }) {
      close();
      void navigate({ to: '/tenants/$tenant', params: { tenant: data.id } });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate(undefined);
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          required
          data-autofocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Id"
          description="Lower case letters, digits and hyphens. It stands in addresses and can never be changed."
          required
          maxLength={40}
          value={proposed}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        {add.error ? <ProblemNote error={add.error} /> : null}
        <Button type="submit" size="sm" loading={add.isPending}>
          Add
        </Button>
      </Stack>
    </form>
  );
}

/** `Müller & Söhne` proposes `muller-sohne`. */
function idOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40);
}

import { Button, Group, Stack, Title } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useLook } from '../platform/use-look.ts';
import { useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Facts } from '../shell/facts.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { Page } from '../shell/page.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { Placements } from './placements.tsx';
import { TenantState } from './tenants.tsx';

/** One tenant: where it runs, and which external ids lead to it. */
export function Tenant() {
  const { tenant } = useParams({ from: '/tenants/$tenant' });
  const one = useLook({
    of: ['tenants', 'placements'],
    key: ['tenant', tenant],
    ask: (etis, signal) => etis.get('/api/v1/tenants/{tenant}', { params: { path: { tenant } }, signal }),
  });
  const entries = useLook({
    of: ['resolver-entries'],
    key: ['resolver', tenant],
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/tenants/{tenant}/resolver-entries', {
        params: { path: { tenant }, query: { limit: 100 } },
        signal,
      });
      return { data: data.items };
    },
  });
  const suspend = useOrder({
    run: (etis, status: 'active' | 'suspended') =>
      etis.patch('/api/v1/tenants/{tenant}', { params: { path: { tenant } }, body: { status } }),
    changes: ['tenants'],
    said: ({ data }) => `${data.name} is ${data.status} now.`,
  });
  const status = one.data?.status;
  return (
    <Page
      title={one.data?.name ?? 'Tenant'}
      actions={
        status === undefined ? null : (
          <Button
            variant="default"
            loading={suspend.isPending}
            onClick={() => suspend.mutate(status === 'active' ? 'suspended' : 'active')}
          >
            {status === 'active' ? 'Suspend' : 'Activate'}
          </Button>
        )
      }
    >
      {suspend.error ? <ProblemNote error={suspend.error} /> : null}
      <Answer of={one}>
        {(data) => (
          <Stack>
            <Facts
              of={[
                ['id', data.id],
                ['state', <TenantState key="state" status={data.status} />],
                ['since', <Ago key="since" at={data.createdAt} />],
              ]}
            />
            <Placements tenant={data} />
          </Stack>
        )}
      </Answer>
      <Group>
        <Title order={2}>External ids that lead here</Title>
      </Group>
      <Answer of={entries} empty="No external id leads to this tenant, so what comes in for it stays unmatched.">
        {(rows) => (
          <DataTable
            label="Resolver entries"
            rows={rows}
            keyOf={({ system, kind, externalId }) => `${system} ${kind} ${externalId}`}
            columns={[
              { title: 'System', cell: ({ system }) => system },
              { title: 'Kind', cell: ({ kind }) => kind },
              { title: 'Id there', cell: ({ externalId }) => externalId },
              { title: 'Project', cell: ({ project }) => project ?? '' },
              { title: 'Region', cell: ({ region }) => region ?? '' },
              { title: 'Directed to', cell: ({ product }) => product ?? 'whoever subscribed' },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

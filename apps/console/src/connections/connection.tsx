import type { IssuedSecret } from '@etis/client';
import { Badge, Button, Modal, Title } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { TenantName } from '../platform/names.tsx';
import { useList, useLook } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Facts } from '../shell/facts.tsx';
import { bytes } from '../shell/figures.ts';
import { Ago } from '../shell/moment-text.tsx';
import { moreOf } from '../shell/more.ts';
import { Page } from '../shell/page.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { TextLink } from '../shell/text-link.tsx';
import { ConnectionState } from './connections.tsx';
import { Issued } from './issued.tsx';
import { useSources } from './use-sources.ts';

/** One connection and what it brought. */
export function ConnectionView() {
  const { connection } = useParams({ from: '/connections/$connection' });
  const sources = useSources();
  const [issued, setIssued] = useState<IssuedSecret | null>(null);
  const path = { connection };
  const one = useLook({
    of: ['connections'],
    key: ['connection', connection],
    ask: (etis, signal) => etis.get('/api/v1/connections/{connection}', { params: { path }, signal }),
  });
  const deliveries = useList({
    of: ['events', 'unmatched'],
    key: ['deliveries', connection],
    ask: (etis, page, signal) => etis.get('/api/v1/connections/{connection}/deliveries', { params: { path, query: page }, signal }),
  });
  const enable = useOrder({
    run: (etis, enabled: boolean) => etis.patch('/api/v1/connections/{connection}', { params: { path }, body: { enabled } }),
    changes: ['connections'],
    said: ({ data }) => `${data.id} is ${data.enabled ? 'enabled' : 'disabled'}.`,
  });
  const rotate = useOrder({
    run: (etis) => etis.post('/api/v1/connections/{connection}/rotate', { params: { path, header: once() }, body: {} }),
    changes: ['connections'],
    done: ({ data }) => setIssued(data),
  });
  const enabled = one.data?.enabled;
  const generated = sources.find(({ kind }) => kind === one.data?.source)?.secret === 'generated';
  return (
    <Page
      title={connection}
      about="An external system that may send."
      actions={
        enabled === undefined ? null : (
          <>
            {generated ? (
              <Button variant="default" loading={rotate.isPending} onClick={() => rotate.mutate(undefined)}>
                New secret
              </Button>
            ) : null}
            <Button variant="default" loading={enable.isPending} onClick={() => enable.mutate(!enabled)}>
              {enabled ? 'Disable' : 'Enable'}
            </Button>
          </>
        )
      }
    >
      {enable.error ? <ProblemNote error={enable.error} /> : null}
      {rotate.error ? <ProblemNote error={rotate.error} /> : null}
      <Answer of={one}>
        {({ source, tenant, enabled: on, secrets }) => (
          <Facts
            of={[
              ['source', sources.find(({ kind }) => kind === source)?.title ?? source],
              ['of', <TenantName key="of" id={tenant} />],
              ['state', <ConnectionState key="state" enabled={on} />],
              ['address', `${window.location.origin}/hooks/${connection}`],
              ['live secrets', secrets.length],
            ]}
          />
        )}
      </Answer>
      <Title order={2}>Deliveries</Title>
      <Answer of={{ ...deliveries, data: deliveries.items }} empty="Nothing came in over this connection lately.">
        {(rows) => (
          <DataTable
            label="Deliveries"
            rows={rows}
            keyOf={({ id }) => id}
            more={moreOf(deliveries)}
            columns={[
              {
                title: 'Received',
                cell: ({ id, receivedAt }) => (
                  <TextLink to="/flows/$flow" params={{ flow: id }}>
                    <Ago at={receivedAt} />
                  </TextLink>
                ),
              },
              { title: 'Size', figure: true, cell: (delivery) => bytes(delivery.bytes) },
              { title: 'Events', figure: true, cell: ({ events }) => events },
              {
                title: 'State',
                cell: ({ routed, unmatched }) => (
                  <Badge size="sm" variant="light" color={unmatched > 0 ? 'red' : routed ? 'green' : 'blue'} tt="none">
                    {unmatched > 0 ? `${unmatched} unmatched` : routed ? 'Routed' : 'Accepted'}
                  </Badge>
                ),
              },
            ]}
          />
        )}
      </Answer>
      <Modal opened={issued !== null} onClose={() => setIssued(null)} title="A new secret">
        {issued === null ? null : <Issued of={issued} close={() => setIssued(null)} />}
      </Modal>
    </Page>
  );
}

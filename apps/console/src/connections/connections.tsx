import { Badge, Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { TenantName } from '../platform/names.tsx';
import { useList } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { moreOf } from '../shell/more.ts';
import { Page } from '../shell/page.tsx';
import { TextLink } from '../shell/text-link.tsx';
import { NewConnection } from './new-connection.tsx';
import { useSources } from './use-sources.ts';

export function Connections() {
  const [adding, { open, close }] = useDisclosure(false);
  const sources = useSources();
  const connections = useList({
    of: ['connections'],
    key: ['connections'],
    ask: (etis, page, signal) => etis.get('/api/v1/connections', { params: { query: page }, signal }),
  });
  return (
    <Page
      title="Connections"
      about="External systems that may send, and what they sent."
      actions={<Button onClick={open}>Add a connection</Button>}
    >
      <Answer of={{ ...connections, data: connections.items }} empty="Nothing may send yet.">
        {(rows) => (
          <DataTable
            label="Connections"
            rows={rows}
            keyOf={({ id }) => id}
            more={moreOf(connections)}
            columns={[
              {
                title: 'Connection',
                cell: ({ id }) => (
                  <TextLink to="/connections/$connection" params={{ connection: id }}>
                    {id}
                  </TextLink>
                ),
              },
              { title: 'Source', cell: ({ source }) => sources.find(({ kind }) => kind === source)?.title ?? source },
              { title: 'Of', cell: ({ tenant }) => <TenantName id={tenant} /> },
              { title: 'State', cell: ({ enabled }) => <ConnectionState enabled={enabled} /> },
              { title: 'Secrets', figure: true, cell: ({ secrets }) => secrets.length },
              { title: 'Since', cell: ({ createdAt }) => <Ago at={createdAt} /> },
            ]}
          />
        )}
      </Answer>
      <Modal opened={adding} onClose={close} title="Add a connection">
        <NewConnection close={close} />
      </Modal>
    </Page>
  );
}

export function ConnectionState({ enabled }: { readonly enabled: boolean }) {
  return (
    <Badge size="sm" variant="light" color={enabled ? 'green' : 'gray'} tt="none">
      {enabled ? 'Enabled' : 'Disabled'}
    </Badge>
  );
}

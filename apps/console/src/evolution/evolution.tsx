import { Badge, Text } from '@mantine/core';
import { useLook } from '../platform/use-look.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Page } from '../shell/page.tsx';

/** Where each capability of the installation stands, and what a change needs. */
export function Evolution() {
  const status = useLook({ of: [], key: ['status', 'evolution'], ask: (etis, signal) => etis.get('/api/v1/status', { signal }) });
  return (
    <Page title="Evolution" about="Each capability moves by itself, a line of etis.config.ts, and can go back.">
      <Answer of={status}>
        {({ evolution }) => (
          <DataTable
            label="Evolution matrix"
            rows={evolution}
            keyOf={({ capability }) => capability}
            columns={[
              { title: 'Capability', cell: ({ title }) => <b>{title}</b> },
              {
                title: 'Now',
                cell: ({ is, driver }) => (
                  <>
                    <Badge size="sm" variant="light" tt="none">
                      {driver}
                    </Badge>
                    <Text size="xs">{is}</Text>
                  </>
                ),
              },
              { title: 'Embedded', cell: ({ embedded }) => embedded },
              { title: 'Realised', cell: ({ realised }) => realised },
              { title: 'Proposed', cell: ({ proposed }) => proposed },
              { title: 'What a change needs', cell: ({ change }) => change },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

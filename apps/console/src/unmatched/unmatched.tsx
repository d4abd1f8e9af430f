import { Button, Group } from '@mantine/core';
import { useList } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { moreOf } from '../shell/more.ts';
import { Page } from '../shell/page.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { TextLink } from '../shell/text-link.tsx';
import { MapButton } from './map-button.tsx';

export const unmatchedChanges = ['unmatched', 'events', 'lanes', 'resolver-entries'];
const mostAtOnce = 500;

/** What could not be read or placed. */
export function UnmatchedView() {
  const unmatched = useList({
    of: ['unmatched'],
    key: ['unmatched'],
    ask: (etis, page, signal) => etis.get('/api/v1/unmatched', { params: { query: page }, signal }),
  });
  const all = useOrder({
    run: (etis) => etis.post('/api/v1/unmatched/replay', { params: { header: once() }, body: { limit: mostAtOnce } }),
    changes: unmatchedChanges,
    said: ({ data }) => `${data.changed} were routed${data.more ? '; there are more' : ''}.`,
  });
  return (
    <Page
      title="Unmatched"
      about="Deliveries that could not be read, or that found no tenant. They are kept; map what they name, and they are routed again."
      actions={
        <Button variant="default" loading={all.isPending} disabled={!unmatched.items?.length} onClick={() => all.mutate(undefined)}>
          Route all again
        </Button>
      }
    >
      {all.error ? <ProblemNote error={all.error} /> : null}
      <Answer of={{ ...unmatched, data: unmatched.items }} empty="Everything that came in found its tenant.">
        {(rows) => (
          <DataTable
            label="Unmatched deliveries"
            rows={rows}
            keyOf={({ delivery, detail }) => `${delivery} ${detail}`}
            more={moreOf(unmatched)}
            columns={[
              { title: 'Connection', cell: ({ connection }) => connection },
              { title: 'Why', cell: ({ reason, detail }) => `${reason}: ${detail}` },
              { title: 'When', cell: ({ at }) => <Ago at={at} /> },
              {
                title: 'Do',
                cell: ({ delivery }) => (
                  <Group gap={6}>
                    <MapButton delivery={delivery} />
                    <ReplayButton delivery={delivery} />
                    <TextLink to="/flows/$flow" params={{ flow: delivery }}>
                      Flow
                    </TextLink>
                  </Group>
                ),
              },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

function ReplayButton({ delivery }: { readonly delivery: string }) {
  const replay = useOrder({
    run: (etis) => etis.post('/api/v1/unmatched/{delivery}/replay', { params: { path: { delivery }, header: once() } }),
    changes: unmatchedChanges,
    said: ({ data }) => `Routed again: ${data.placed} placed, ${data.unmatched} still unmatched.`,
  });
  return (
    <>
      <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate(undefined)}>
        Route again
      </Button>
      {replay.error ? <ProblemNote error={replay.error} /> : null}
    </>
  );
}

import type { DirectiveReport } from '@etis/client';
import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { subscriberTitle } from '../fleet/part-title.ts';
import { useList } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Ago } from '../shell/moment-text.tsx';
import { Page } from '../shell/page.tsx';
import { ReasonButton } from '../shell/reason-button.tsx';
import { clockTime } from '../shell/times.ts';
import { OrderForm } from './order-form.tsx';
import { ScopeWords } from './scope-words.tsx';

/** The kill switch: orders to what runs, whom they concern, and the word of each part that obeyed. */
export function Directives() {
  const inForce = useList({
    of: ['directives'],
    key: ['directives', 'in-force'],
    ask: (etis, page, signal) => etis.get('/api/v1/directives', { params: { query: { ...page, state: 'in-force' } }, signal }),
  });
  const before = useList({
    of: ['directives'],
    key: ['directives', 'ended'],
    ask: (etis, page, signal) => etis.get('/api/v1/directives', { params: { query: { ...page, state: 'ended' } }, signal }),
  });
  return (
    <Page
      title="Kill switch"
      about="Stop what runs, everywhere, and see each part say that it did. What comes in meanwhile is kept, and delivered in order once it is resumed."
    >
      <Paper withBorder p="md">
        <OrderForm />
      </Paper>
      <Title order={2}>In force</Title>
      <Answer of={{ ...inForce, data: inForce.items }} empty="Nothing is stopped.">
        {(reports) => (
          <Stack>
            {reports.map((report) => (
              <InForce key={report.directive.id} report={report} />
            ))}
          </Stack>
        )}
      </Answer>
      <Title order={2}>Ended</Title>
      <Answer of={{ ...before, data: before.items }} empty="Nothing was stopped before.">
        {(reports) => (
          <DataTable
            label="Ended directives"
            rows={reports}
            keyOf={({ directive }) => directive.id}
            columns={[
              { title: 'Order', cell: ({ directive }) => <Verb verb={directive.verb} /> },
              { title: 'On', cell: ({ directive }) => <ScopeWords scope={directive.scope ?? {}} /> },
              { title: 'Why', cell: ({ directive }) => directive.reason },
              { title: 'When', cell: ({ directive }) => <Ago at={directive.issuedAt} /> },
            ]}
          />
        )}
      </Answer>
    </Page>
  );
}

const verbs = {
  kill: ['Killed', 'red'],
  pause: ['Paused', 'orange'],
  drain: ['Draining', 'yellow'],
  throttle: ['Throttled', 'blue'],
  resume: ['Resumed', 'green'],
} as const;

function Verb({ verb }: { readonly verb: keyof typeof verbs }) {
  const [label, colour] = verbs[verb];
  return (
    <Badge variant="light" color={colour} tt="none">
      {label}
    </Badge>
  );
}

function InForce({ report: { directive, receipts } }: { readonly report: DirectiveReport }) {
  const resume = useOrder({
    run: (etis, reason: string) =>
      etis.post('/api/v1/directives/resume', { params: { header: once() }, body: { ends: [directive.id], reason } }),
    changes: ['directives', 'lanes', 'status'],
    said: () => 'Resumed. What waited is delivered in order.',
  });
  const applied = receipts.filter(({ receipt }) => receipt?.outcome === 'applied').length;
  return (
    <Paper withBorder p="md" component="article" aria-label={`Directive: ${directive.reason}`}>
      <Group justify="space-between" align="start">
        <div>
          <Group gap="xs">
            <Verb verb={directive.verb} />
            <Text size="sm">
              <ScopeWords scope={directive.scope ?? {}} />
            </Text>
          </Group>
          <Text size="sm" mt={4}>
            {directive.reason} · <Ago at={directive.issuedAt} />
          </Text>
        </div>
        <ReasonButton label="Resume" title="Let it go on" act={(reason) => resume.mutateAsync(reason)} />
      </Group>
      <Text size="xs" c="dimmed" mt="sm" role="status">
        {applied} of {receipts.length} parts have said that they obey
      </Text>
      <Group gap={6} mt={4}>
        {receipts.map(({ subscriber, connected, receipt }) => (
          <Badge
            key={subscriber}
            size="sm"
            tt="none"
            variant="light"
            color={receipt === null ? 'gray' : receipt.outcome === 'applied' ? 'green' : 'red'}
            title={
              receipt === null
                ? connected
                  ? 'connected'
                  : 'not connected'
                : `${receipt.outcome}, in force from ${clockTime(receipt.effectiveAt)}`
            }
          >
            {receipt === null ? '… ' : receipt.outcome === 'applied' ? '✓ ' : '✕ '}
            {subscriberTitle(subscriber)}
          </Badge>
        ))}
      </Group>
    </Paper>
  );
}

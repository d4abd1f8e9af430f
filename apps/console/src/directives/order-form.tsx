import type { DirectiveOrder, DirectiveScope } from '@etis/client';
import { Alert, Button, Group, List, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useClusters, useProducts, useTenantName, useTenants } from '../platform/names.tsx';
import { titled } from '../platform/titled.ts';
import { useLook } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { counted } from '../shell/figures.ts';
import { ProblemNote } from '../shell/problem-note.tsx';
import { type ScopeKind, scopeOf } from './scope-of.ts';

type Verb = DirectiveOrder['verb'];

const verbs: readonly { readonly value: Verb; readonly label: string; readonly about: string }[] = [
  { value: 'kill', label: 'Kill', about: 'Aborts what runs and starts nothing more, until it is resumed.' },
  { value: 'pause', label: 'Pause', about: 'Lets what runs finish, and starts nothing more until it is resumed.' },
  { value: 'drain', label: 'Drain', about: 'Finishes what is there and takes nothing new.' },
  { value: 'throttle', label: 'Throttle', about: 'Bounds how much is done.' },
];

/** An order to what runs: what, on whom, what it would concern, and why. */
export function OrderForm() {
  const [verb, setVerb] = useState<Verb>('kill');
  const [kind, setKind] = useState<ScopeKind>('tenant');
  const [of, setOf] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [perMinute, setPerMinute] = useState('60');
  const scope = scopeOf(kind, of);
  const give = useOrder({
    run: (etis) =>
      etis.post('/api/v1/directives', {
        params: { header: once() },
        body: {
          verb,
          scope: scope ?? {},
          reason: reason.trim(),
          ...(verb === 'throttle' ? { rate: { count: Number(perMinute), perMs: 60_000 } } : {}),
        },
      }),
    changes: ['directives'],
    said: () => 'The order is given. The receipts of the parts come in below.',
    done: () => setReason(''),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        give.mutate(undefined);
      }}
    >
      <Stack gap="sm">
        <Group gap="sm">
          <SegmentedControl
            aria-label="What to do"
            value={verb}
            onChange={(value) => setVerb(value as Verb)}
            data={verbs.map(({ value, label }) => ({ value, label }))}
          />
          <Text size="sm" c="dimmed">
            {verbs.find(({ value }) => value === verb)?.about}
          </Text>
        </Group>
        <Group align="end" gap="xs">
          <ScopeFields
            kind={kind}
            of={of}
            set={(nextKind, nextOf) => {
              setKind(nextKind);
              setOf(nextOf);
            }}
          />
          {verb === 'throttle' ? (
            <TextInput
              label="At most, in a minute"
              inputMode="numeric"
              pattern="[1-9][0-9]{0,6}"
              required
              value={perMinute}
              onChange={(event) => setPerMinute(event.currentTarget.value)}
            />
          ) : null}
        </Group>
        {scope === null ? null : <BlastRadius scope={scope} />}
        <Textarea
          label="Reason"
          description="It stands in the audit, and whoever is stopped is told."
          required
          maxLength={500}
          autosize
          minRows={1}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {give.error ? <ProblemNote error={give.error} /> : null}
        <Group>
          <Button type="submit" size="sm" color="red" loading={give.isPending} disabled={scope === null || reason.trim() === ''}>
            {verbs.find(({ value }) => value === verb)?.label} now
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ScopeFields({
  kind,
  of,
  set,
}: {
  readonly kind: ScopeKind;
  readonly of: string | null;
  readonly set: (kind: ScopeKind, of: string | null) => void;
}) {
  const tenants = useTenants().data ?? [];
  const products = useProducts().data ?? [];
  const clusters = useClusters().data ?? [];
  const connections = useLook({
    of: ['connections'],
    key: ['connections', 'first'],
    ask: async (etis, signal) => ({
      data: (await etis.get('/api/v1/connections', { params: { query: { limit: 200 } }, signal })).data.items,
    }),
  });
  const choices: Readonly<Record<Exclude<ScopeKind, 'platform'>, readonly { readonly value: string; readonly label: string }[]>> = {
    tenant: tenants.map(({ id, name }) => ({ value: id, label: name })),
    product: products.map(({ id, title }) => ({ value: id, label: title })),
    cluster: clusters.map(({ id }) => ({ value: id, label: titled(id) })),
    connection: (connections.data ?? []).map(({ id }) => ({ value: id, label: id })),
  };
  const kinds = {
    tenant: 'A tenant',
    product: 'A product',
    cluster: 'A cluster',
    connection: 'A connection',
    platform: 'The whole platform',
  } as const;
  return (
    <>
      <Select
        label="On"
        allowDeselect={false}
        value={kind}
        data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
        onChange={(value) => set((value ?? 'tenant') as ScopeKind, null)}
      />
      {kind === 'platform' ? null : (
        <Select label="Which" placeholder="Choose" searchable value={of} data={[...choices[kind]]} onChange={(value) => set(kind, value)} />
      )}
    </>
  );
}

function BlastRadius({ scope }: { readonly scope: DirectiveScope }) {
  const preview = useLook({
    of: ['lanes', 'jobs', 'fleet'],
    key: ['blast-radius', scope],
    ask: (etis, signal) => etis.post('/api/v1/directives/preview', { params: { header: once() }, body: { scope }, signal }),
  });
  return (
    <Answer of={preview}>
      {({ subscribers, tenants, placements, connections, waitingEntries, jobs, tenantExamples }) => (
        <Alert variant="light" color="yellow" title="It would concern">
          <List size="sm">
            <List.Item>
              {counted(tenants, 'tenant')}
              {tenantExamples.length === 0 ? null : (
                <>
                  : <TenantNames ids={tenantExamples} more={tenants > tenantExamples.length} />
                </>
              )}
            </List.Item>
            <List.Item>
              {counted(placements, 'placement')}, {counted(connections, 'connection')}, {counted(subscribers.length, 'part')} of processes
            </List.Item>
            <List.Item>
              {counted(waitingEntries, 'waiting entry', 'waiting entries')}, {counted(jobs, 'job')}
            </List.Item>
          </List>
        </Alert>
      )}
    </Answer>
  );
}

function TenantNames({ ids, more }: { readonly ids: readonly string[]; readonly more: boolean }) {
  return (
    <>
      {ids.map((id, index) => (
        <span key={id}>
          {index === 0 ? '' : ', '}
          <OneName id={id} />
        </span>
      ))}
      {more ? ' and others' : ''}
    </>
  );
}

function OneName({ id }: { readonly id: string }) {
  return <>{useTenantName(id) ?? id}</>;
}

import type { IssuedSecret } from '@etis/client';
import { Button, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTenants } from '../platform/names.tsx';
import { once, useOrder } from '../platform/use-order.ts';
import { ProblemNote } from '../shell/problem-note.tsx';
import { Issued } from './issued.tsx';
import { useSources } from './use-sources.ts';

/** Adds a connection, then shows its secret, which nobody can be shown again. */
export function NewConnection({ close }: { readonly close: () => void }) {
  const sources = useSources();
  const tenants = useTenants().data ?? [];
  const [id, setId] = useState('');
  const [source, setSource] = useState<string | null>(null);
  const [tenant, setTenant] = useState<string | null>(null);
  const [secret, setSecret] = useState('');
  const [issued, setIssued] = useState<IssuedSecret | null>(null);
  const supplied = sources.find(({ kind }) => kind === source)?.secret === 'supplied';
  const add = useOrder({
    run: (etis) =>
      etis.post('/api/v1/connections', {
        params: { header: once() },
        body: { id: id.trim(), source: source ?? '', tenant, ...(supplied ? { secret } : {}) },
      }),
    changes: ['connections'],
    done: ({ data }) => setIssued(data),
  });
  if (issued !== null) return <Issued of={issued} close={close} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate(undefined);
      }}
    >
      <Stack>
        <Select
          label="Source"
          required
          data-autofocus
          value={source}
          data={sources.map(({ kind, title }) => ({ value: kind, label: title }))}
          onChange={setSource}
        />
        <TextInput
          label="Name"
          description="Lower case letters, digits and hyphens; it stands in the address."
          required
          maxLength={40}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Select
          label="Belongs to"
          description="What comes in over it then concerns this tenant only."
          placeholder="Several tenants"
          clearable
          searchable
          value={tenant}
          data={tenants.map((one) => ({ value: one.id, label: one.name }))}
          onChange={setTenant}
        />
        {supplied ? (
          <PasswordInput
            label="Secret"
            description="As the other system gave it to you."
            required
            autoComplete="off"
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
          />
        ) : null}
        {add.error ? <ProblemNote error={add.error} /> : null}
        <Button type="submit" size="sm" loading={add.isPending} disabled={source === null}>
          Add
        </Button>
      </Stack>
    </form>
  );
}

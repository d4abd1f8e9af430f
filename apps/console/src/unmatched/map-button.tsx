import { Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useTenants } from '../platform/names.tsx';
import { once, useOrder } from '../platform/use-order.ts';
import { ProblemNote } from '../shell/problem-note.tsx';

/** Says whose an external id is, and routes the delivery again. */
export function MapButton({ delivery }: { readonly delivery: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const tenants = useTenants().data ?? [];
  const [tenant, setTenant] = useState<string | null>(null);
  const [entry, setEntry] = useState({ system: 'autodesk', kind: 'project', externalId: '', project: '' });
  const map = useOrder({
    run: (etis) =>
      etis.post('/api/v1/unmatched/{delivery}/map', {
        params: { path: { delivery }, header: once() },
        body: { ...entry, tenant: tenant ?? '', project: entry.project === '' ? null : entry.project },
      }),
    changes: ['unmatched', 'events', 'lanes', 'resolver-entries'],
    said: ({ data }) => `Mapped. ${data.placed} placed, ${data.unmatched} still unmatched.`,
    done: close,
  });
  const field = (name: keyof typeof entry, label: string, required = true) => (
    <TextInput
      label={label}
      required={required}
      maxLength={200}
      value={entry[name]}
      onChange={({ currentTarget: { value } }) => setEntry((old) => ({ ...old, [name]: value }))}
    />
  );
  return (
    <>
      <Button onClick={open}>Map</Button>
      <Modal opened={opened} onClose={close} title="Say whose this is">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            map.mutate(undefined);
          }}
        >
          <Stack>
            <Select
              label="Tenant"
              required
              searchable
              value={tenant}
              data={tenants.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={setTenant}
            />
            {field('system', 'System')}
            {field('kind', 'Kind of id')}
            {field('externalId', 'Id in that system')}
            {field('project', 'Project', false)}
            {map.error ? <ProblemNote error={map.error} /> : null}
            <Button type="submit" size="sm" loading={map.isPending} disabled={tenant === null}>
              Map and route again
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

import type { Parameter } from '@etis/client';
import { Button, List, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { TenantName, useTenants } from '../platform/names.tsx';
import { useLook } from '../platform/use-look.ts';
import { useOrder } from '../platform/use-order.ts';
import { Answer } from '../shell/answer.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { plainValue, valueFrom } from './plain-value.ts';

/** Sets a parameter for the whole platform or for one tenant. */
export function ParameterButton({ parameter: { key, declaration } }: { readonly parameter: Parameter }) {
  const [opened, { open, close }] = useDisclosure(false);
  const tenants = useTenants().data ?? [];
  const [tenant, setTenant] = useState<string | null>(null);
  const [text, setText] = useState(plainValue(declaration.default));
  const [reason, setReason] = useState('');
  const value = valueFrom(text, declaration.value.type);
  const set = useOrder({
    run: (etis) =>
      etis.put('/api/v1/parameters/{parameter}/setting', {
        params: {
          path: { parameter: key },
          query: tenant === null ? { level: 'product', product: declaration.product } : { level: 'tenant', tenant },
        },
        body: { value, reason: reason.trim() },
      }),
    changes: ['configuration'],
    said: () => `${key} is set.`,
    done: close,
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        Set
      </Button>
      <Modal opened={opened} onClose={close} title={`Set ${key}`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            set.mutate(undefined);
          }}
        >
          <Stack>
            <Text size="sm">{declaration.description}</Text>
            <Settings of={key} />
            <Select
              label="For"
              placeholder="Everybody who has the product"
              clearable
              searchable
              value={tenant}
              data={tenants.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={setTenant}
            />
            <TextInput
              label="Value"
              required
              error={value === undefined ? `It is not a ${declaration.value.type}.` : null}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Textarea label="Reason" required maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
            {set.error ? <ProblemNote error={set.error} /> : null}
            <Button type="submit" size="sm" loading={set.isPending} disabled={value === undefined || reason.trim() === ''}>
              Set
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

function Settings({ of }: { readonly of: string }) {
  const settings = useLook({
    of: ['configuration'],
    key: ['parameter-settings', of],
    ask: async (etis, signal) => {
      const { data } = await etis.get('/api/v1/parameters/{parameter}/settings', {
        params: { path: { parameter: of }, query: { limit: 50 } },
        signal,
      });
      return { data: data.items };
    },
  });
  return (
    <Answer of={settings} empty="It is set nowhere, so the default counts.">
      {(items) => (
        <List size="sm">
          {items.map(({ at, value, change }) => (
            <List.Item key={change}>
              {at.tenant === undefined ? at.level : <TenantName id={at.tenant} />}: {plainValue(value)}
            </List.Item>
          ))}
        </List>
      )}
    </Answer>
  );
}

import type { AuditVerification } from '@etis/client';
import { Alert, List, Text } from '@mantine/core';
import { useState } from 'react';
import { useLook } from '../platform/use-look.ts';
import { once, useOrder } from '../platform/use-order.ts';
import { short } from '../shell/figures.ts';
import { ProblemNote } from '../shell/problem-note.tsx';

/** A check of every chain, asked after until it is done. */
export function useVerification() {
  const [id, setId] = useState<string | null>(null);
  const begin = useOrder({
    run: (etis) => etis.post('/api/v1/audit/verify', { params: { header: once() } }),
    changes: [],
    done: ({ data }) => setId(data.id),
  });
  const look = useLook({
    of: [],
    key: ['verification', id],
    enabled: id !== null,
    everyMs: 1_000,
    ask: (etis, signal) => etis.get('/api/v1/audit/verifications/{verification}', { params: { path: { verification: id ?? '' } }, signal }),
  });
  const result = id === null ? undefined : look.data;
  return {
    begin: () => begin.mutate(undefined),
    busy: begin.isPending || result?.state === 'running',
    result,
    error: begin.error ?? look.error,
  };
}

export function Verification({
  of: { result, error },
}: {
  readonly of: { readonly result: AuditVerification | undefined; readonly error: unknown };
}) {
  if (error) return <ProblemNote error={error} />;
  if (result === undefined) return null;
  const { findings, state, entries, chains } = result;
  if (findings.length > 0) {
    return (
      <Alert color="red" variant="light" title="Something was changed after it was sealed">
        <List size="sm">
          {findings.map(({ chain, number, kind, detail }) => (
            <List.Item key={`${chain} ${number} ${kind}`}>
              {chain} {number ?? ''}: {detail}
            </List.Item>
          ))}
        </List>
      </Alert>
    );
  }
  return (
    <Alert color={state === 'done' ? 'green' : 'blue'} variant="light" title={state === 'done' ? 'Nothing was changed' : 'Looking'}>
      <Text size="sm">
        {short(entries)} actions in {short(chains)} chains {state === 'done' ? 'are as they were sealed' : 'so far'}.
      </Text>
    </Alert>
  );
}

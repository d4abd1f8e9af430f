import { Center, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Loading } from './loading.tsx';
import { ProblemNote } from './problem-note.tsx';

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** What was asked of the platform in each of its states: on its way, gone wrong, nothing there, there. What is there stays while it is asked for again. */
export function Answer<T>({
  of,
  empty,
  children,
}: {
  readonly of: Asked<T>;
  /** What to say where there is nothing; decided by `isEmpty`, by default an empty list. */
  readonly empty?: ReactNode;
  readonly children: (data: T) => ReactNode;
}) {
  if (of.data === undefined) {
    if (of.error) return <ProblemNote error={of.error} again={() => void of.refetch()} />;
    return <Loading />;
  }
  const isEmpty = Array.isArray(of.data) && of.data.length === 0;
  return (
    <Stack gap="sm">
      {of.error ? <ProblemNote error={of.error} again={() => void of.refetch()} /> : null}
      {isEmpty && empty !== undefined ? <Nothing>{empty}</Nothing> : children(of.data)}
    </Stack>
  );
}

export function Nothing({ children }: { readonly children: ReactNode }) {
  return (
    <Center mih={96} p="md">
      <Text c="dimmed" size="sm" ta="center" component="div">
        {children}
      </Text>
    </Center>
  );
}

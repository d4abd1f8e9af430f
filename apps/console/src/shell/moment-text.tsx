import { Text } from '@mantine/core';
import { ago, dateAndTime } from './times.ts';
import { useNow } from './use-now.ts';

/** How long ago something was, with the exact time behind it. */
export function Ago({ at }: { readonly at: string | null }) {
  const now = useNow();
  if (at === null)
    return (
      <Text span size="sm" c="dimmed">
        never
      </Text>
    );
  return (
    <time dateTime={at} title={dateAndTime(at)}>
      {ago(at, now)}
    </time>
  );
}

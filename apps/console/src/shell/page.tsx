import { Group, Stack, Text, Title } from '@mantine/core';
import { type PropsWithChildren, type ReactNode, useEffect } from 'react';

/** The frame of every view: what it is, what one can do here, and its content. Its title becomes the window's. */
export function Page({
  title,
  about,
  actions,
  children,
}: PropsWithChildren<{ readonly title: string; readonly about?: ReactNode; readonly actions?: ReactNode }>) {
  useEffect(() => {
    document.title = `${title} · etiS`;
  }, [title]);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Title order={1}>{title}</Title>
          {about === undefined ? null : (
            <Text size="sm" c="dimmed" maw={760}>
              {about}
            </Text>
          )}
        </div>
        {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

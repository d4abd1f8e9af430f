import { Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './overview.module.css';

/** One figure with what it counts; `trouble` makes it stand out, and is said in words. */
export function FigureCard({
  title,
  value,
  note,
  trouble,
}: {
  readonly title: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  readonly trouble?: string | null;
}) {
  return (
    <Paper withBorder p="sm" className={classes.card} data-trouble={trouble ? true : undefined}>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <div className={classes.value}>{value}</div>
      <Text size="xs" c="dimmed" component="div">
        {trouble ? <b>{trouble}</b> : note}
      </Text>
    </Paper>
  );
}

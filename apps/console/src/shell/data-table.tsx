import { Button, Center, Paper, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './data-table.module.css';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Figures stand at the right. */
  readonly figure?: boolean;
}

/** Rows under titles; on a phone each row becomes a card with the titles before its values. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  more,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Loads the next page; absent where there is none. */
  readonly more?: { readonly load: () => void; readonly busy: boolean } | undefined;
}) {
  return (
    <Paper withBorder className={classes.frame}>
      <Table className={classes.table} aria-label={label} verticalSpacing={6} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ title, figure }) => (
              <Table.Th key={title} ta={figure ? 'right' : 'left'}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map(({ title, cell, figure }) => (
                <Table.Td key={title} data-title={title} ta={figure ? 'right' : 'left'} className={figure ? classes.figure : undefined}>
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {more === undefined ? null : (
        <Center p="xs">
          <Button variant="subtle" onClick={more.load} loading={more.busy}>
            Show more
          </Button>
        </Center>
      )}
    </Paper>
  );
}

import { hash } from 'node:crypto';
import type { LocalAuditContent, LocalAuditRow } from '@etis/contracts/audit';

/** What the first row that is kept follows: where the chain stood when what came before was taken by the platform. */
export interface Anchor {
  readonly chain: string;
  readonly number: number;
  readonly hash: string;
}

export interface KeptRow {
  readonly number: number;
  readonly row: LocalAuditRow;
}

/** What a file holds. `isWhole` is false where a line that was completely written is not what was written. */
export interface LocalAuditFile {
  readonly anchor: Anchor | null;
  readonly rows: readonly KeptRow[];
  readonly isWhole: boolean;
}

/** Before the first row of every chain. */
export const beforeAll = '0'.repeat(64);

export function localAuditHash(previous: string, content: string): string {
  return hash('sha256', `${previous}\n${content}`, 'hex');
}

/** The anchor and the rows up to the first that does not continue them. What follows the last line feed was never completely written. */
export function readLocalAudit(text: string): LocalAuditFile {
  const lines = text.split('\n').slice(0, -1);
  const anchor = read<Anchor>(lines[0] ?? '');
  if (anchor === null || !Number.isSafeInteger(anchor.number) || typeof anchor.hash !== 'string' || typeof anchor.chain !== 'string') {
    return { anchor: null, rows: [], isWhole: lines.length === 0 };
  }
  const rows: KeptRow[] = [];
  let { number, hash: last } = anchor;
  for (const line of lines.slice(1)) {
    const row = read<LocalAuditRow>(line);
    const said = row === null ? null : read<LocalAuditContent>(row.content);
    const continues = row?.previous === last && said?.number === number + 1 && said.chain === anchor.chain;
    if (row === null || !continues || localAuditHash(last, row.content) !== row.hash) return { anchor, rows, isWhole: false };
    number += 1;
    last = row.hash;
    rows.push({ number, row });
  }
  return { anchor, rows, isWhole: true };
}

export function localAuditText(anchor: Anchor, rows: readonly KeptRow[]): string {
  return [anchor, ...rows.map(({ row }) => row)].map(lineOf).join('');
}

export function lineOf(value: Anchor | LocalAuditRow): string {
  return `${JSON.stringify(value)}\n`;
}

function read<T>(text: string): T | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : null;
  } catch {
    return null;
  }
}

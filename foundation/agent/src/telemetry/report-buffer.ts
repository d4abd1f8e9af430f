import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TelemetryReport } from '@etis/contracts/telemetry';

export interface KeptReport {
  readonly sequence: number;
  readonly report: TelemetryReport;
}

/**
 * Reports that wait for the platform, in order and bounded: where one has no place, the oldest are given up, and the new one's `lost` says how many. So
 * the reports that are taken and their `lost` add up to all that were ever made, whatever was given up on the way.
 */
export interface ReportBuffer {
  push(kept: KeptReport): void;
  oldest(): KeptReport | null;
  newest(): KeptReport | null;
  /** The oldest was taken by the platform. */
  taken(): void;
  /** Writes down what changed, so that it is there after a restart. @throws what the disk says; all of it is kept in memory, and written with the next */
  save(): Promise<void>;
}

interface Entry extends KeptReport {
  readonly line: string;
  readonly bytes: number;
}

const fileName = 'telemetry.jsonl';
/** What may lie in the file without being needed, beside as much as is needed. */
const spareBytes = 262_144;

/**
 * Opens what an earlier process left, without what was not completely written and what another subscriber made. One process at a time uses a folder.
 * Without a folder everything is kept in memory only.
 */
export async function openReportBuffer(options: { folder: string | null; subscriber: string; maxBytes: number }): Promise<ReportBuffer> {
  const { folder, subscriber, maxBytes } = options;
  const entries: Entry[] = [];
  let size = 0;
  /** How many, from the oldest, the file has; and how large it is, with what it has beside them. */
  let written = 0;
  let fileBytes = 0;
  let isFileOlder = false;
  let isFileUnsure = true;

  function shift(): Entry | undefined {
    const entry = entries.shift();
    if (entry === undefined) return undefined;
    size -= entry.bytes;
    if (written > 0) {
      written -= 1;
      isFileOlder = true;
    }
    return entry;
  }

  function push({ sequence, report }: KeptReport): void {
    const { bytes } = entryOf({ sequence, report });
    let lost = report.lost;
    while (entries.length > 0 && size + bytes > maxBytes) {
      const given = shift();
      lost += 1 + (given?.report.lost ?? 0);
    }
    const entry = entryOf({ sequence, report: lost === report.lost ? report : { ...report, lost } });
    entries.push(entry);
    size += entry.bytes;
  }

  async function rewrite(path: string): Promise<void> {
    isFileUnsure = true;
    const upTo = entries.length;
    const text = entries.map(({ line }) => line).join('');
    const bytes = size;
    await writeFile(`${path}.part`, text, { mode: 0o600 });
    await rename(`${path}.part`, path);
    written = upTo;
    fileBytes = bytes;
    isFileUnsure = isFileOlder = false;
  }

  async function append(path: string): Promise<void> {
    const first = entries[0];
    const fresh = entries.slice(written);
    const text = `${isFileOlder && first !== undefined ? lineOf({ from: first.sequence }) : ''}${fresh.map(({ line }) => line).join('')}`;
    if (text === '') return;
    isFileUnsure = true;
    await appendFile(path, text, { mode: 0o600 });
    written += fresh.length;
    fileBytes += Buffer.byteLength(text);
    isFileUnsure = isFileOlder = false;
  }

  async function restore(path: string): Promise<void> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    for (const line of text.split('\n').slice(0, -1)) {
      const said = read(line);
      if (said === null) continue;
      if ('from' in said) while ((entries[0]?.sequence ?? said.from) < said.from) shift();
      else if (said.report.subscriber === subscriber) push(said);
    }
  }

  if (folder !== null) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await restore(join(folder, fileName));
  }

  return {
    push,
    oldest: () => entries[0] ?? null,
    newest: () => entries.at(-1) ?? null,
    taken: () => void shift(),
    async save() {
      if (folder === null) return;
      const path = join(folder, fileName);
      const isMostlyOld = fileBytes > 2 * size + spareBytes;
      const isOver = entries.length === 0 && fileBytes > 0;
      await (isFileUnsure || isMostlyOld || isOver ? rewrite(path) : append(path));
    },
  };
}

function entryOf(kept: KeptReport): Entry {
  const line = lineOf({ sequence: kept.sequence, report: kept.report });
  return { sequence: kept.sequence, report: kept.report, line, bytes: Buffer.byteLength(line) };
}

function lineOf(value: KeptReport | { readonly from: number }): string {
  return `${JSON.stringify(value)}\n`;
}

/** Null for what is not a line of this file. */
function read(line: string): KeptReport | { readonly from: number } | null {
  try {
    const value = JSON.parse(line) as Partial<KeptReport & { from: number }> | null;
    if (Number.isSafeInteger(value?.from)) return { from: value?.from ?? 0 };
    const { sequence, report } = value ?? {};
    const isReport = sequence !== undefined && Number.isSafeInteger(sequence) && sequence >= 0 && Number.isSafeInteger(report?.lost);
    return isReport && report !== undefined ? { sequence, report } : null;
  } catch {
    return null;
  }
}

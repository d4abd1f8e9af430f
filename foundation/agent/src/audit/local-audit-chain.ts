import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalAuditContent, LocalAuditRow } from '@etis/contracts/audit';
import type { Context } from '@etis/contracts/context';
import type { Log } from '@etis/contracts/log';
import { type Clock, uuidv7 } from '@etis/kernel';
import { errors } from '../errors.ts';
import { canonicalJson } from '../signing/canonical-json.ts';
import { type Anchor, beforeAll, type KeptRow, lineOf, localAuditHash, localAuditText, readLocalAudit } from './local-audit-lines.ts';

/** What was done, to what; as in the audit record of a domain. */
export interface LocalAuditEntry {
  /** `<noun>.<verb>` */
  readonly action: string;
  readonly target: string;
  readonly reason?: string;
}

/**
 * What a node did while the platform was out of reach and no database took a row of it: chained on its own disk, until the platform has taken it.
 * One process at a time uses a folder.
 */
export interface LocalAuditChain {
  /** Resolves when it is on the disk. @throws AGENT_LOCAL_AUDIT_FULL, and what the disk says: then the action is not recorded */
  record(context: Context, entry: LocalAuditEntry): Promise<void>;
  /** The oldest rows that the platform has not taken, at most so many, with the number of the last; null where there is none. */
  waiting(limit: number): { readonly rows: readonly LocalAuditRow[]; readonly through: number } | null;
  /** The platform has taken everything up to this number: it goes away here. */
  taken(through: number): Promise<void>;
  close(): Promise<void>;
}

const fileName = 'local-audit.jsonl';
const defaultMaxBytes = 4 * 1_048_576;

/**
 * Opens what an earlier process left. A row that was not completely written is dropped: its action was never confirmed. Where anything else is not what
 * was written, the file is set aside under another name and a new chain begins after what still held; the platform sees both.
 */
export async function openLocalAuditChain(options: {
  folder: string;
  subscriber: string;
  clock: Clock;
  log: Log;
  /** How much is kept; 4 MiB by default. */
  maxBytes?: number;
}): Promise<LocalAuditChain> {
  const { folder, subscriber, clock, log, maxBytes = defaultMaxBytes } = options;
  const path = join(folder, fileName);
  let anchor: Anchor = { chain: uuidv7(clock.now()), number: 0, hash: beforeAll };
  let rows: KeptRow[] = [];
  let size = 0;
  let file: FileHandle | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function restore(): Promise<void> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const kept = readLocalAudit(text);
    if (!kept.isWhole) {
      const aside = `${path}.${uuidv7(clock.now())}.broken`;
      await writeFile(aside, text, { mode: 0o600, flush: true });
      log.error({ file: aside }, 'the local audit chain is not what was written; what it was is kept under this name');
    }
    anchor = kept.anchor ?? anchor;
    rows = [...kept.rows];
    await rewrite();
  }

  async function rewrite(): Promise<void> {
    const text = localAuditText(anchor, rows);
    await writeFile(`${path}.part`, text, { mode: 0o600, flush: true });
    await file?.close();
    file = undefined;
    await rename(`${path}.part`, path);
    file = await open(path, 'r+');
    size = Buffer.byteLength(text);
  }

  /** One at a time; one that failed keeps no other from being tried. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  async function append(context: Context, { action, target, reason }: LocalAuditEntry): Promise<void> {
    const last = rows.at(-1);
    const number = (last?.number ?? anchor.number) + 1;
    const previous = last?.row.hash ?? anchor.hash;
    const { actor, tenant, trace } = context;
    const at = new Date(clock.now()).toISOString();
    const said: LocalAuditContent = {
      chain: anchor.chain,
      subscriber,
      number,
      tenant,
      actor,
      action,
      target,
      reason: reason ?? null,
      trace,
      at,
    };
    const content = canonicalJson(said);
    const row: LocalAuditRow = { hash: localAuditHash(previous, content), previous, content };
    const line = Buffer.from(lineOf(row));
    if (size + line.length > maxBytes) throw errors.LOCAL_AUDIT_FULL(maxBytes);
    file ??= await open(path, 'r+');
    // At its place and not at the end: what a failed attempt left there is written over.
    await file.write(line, 0, line.length, size);
    await file.datasync();
    size += line.length;
    rows.push({ number, row });
  }

  async function drop(through: number): Promise<void> {
    const over = rows.findLast(({ number }) => number <= through);
    if (over === undefined) return;
    anchor = { chain: anchor.chain, number: over.number, hash: over.row.hash };
    rows = rows.filter(({ number }) => number > through);
    await rewrite();
  }

  await mkdir(folder, { recursive: true, mode: 0o700 });
  await restore();
  return {
    record: (context, entry) => inTurn(() => append(context, entry)),
    waiting(limit) {
      const oldest = rows.slice(0, limit);
      const last = oldest.at(-1);
      return last === undefined ? null : { rows: oldest.map(({ row }) => row), through: last.number };
    },
    taken: (through) => inTurn(() => drop(through)),
    close: () =>
      inTurn(async () => {
        await file?.close();
        file = undefined;
      }),
  };
}

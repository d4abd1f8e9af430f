import { lstat, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@etis/contracts/log';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { TerminalFailure } from '../../../runtime/job-kind.ts';
import type { DocumentLimits } from '../document-settings.ts';
import type { SniffedType } from '../sniffed-type.ts';
import type { ReadingRequest } from './reading.ts';
import { runSandboxed, type SandboxEnd } from './sandbox.ts';

const readingAnswer = Type.Union([
  Type.Object({
    kind: Type.Literal('read'),
    chars: Type.Integer({ minimum: 0 }),
    excerpt: Type.String({ maxLength: 2_000 }),
    metadata: Type.Record(Type.String(), Type.Unknown()),
    warnings: Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 25 }),
  }),
  Type.Object({ kind: Type.Literal('bomb'), reason: Type.String({ maxLength: 1_000 }) }),
]);
const answerCheck = Compile(readingAnswer);

/** What was read of a document. `textFile` is inside the work folder. */
export interface Reading {
  readonly chars: number;
  readonly excerpt: string;
  readonly textFile: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

export interface ReadingOrder {
  readonly file: string;
  readonly type: SniffedType;
  /** Of this job alone; it must be a real path, without links. */
  readonly folder: string;
  readonly text: boolean;
  readonly metadata: boolean;
  readonly limits: DocumentLimits;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const entry = new URL('./reading-process.ts', import.meta.url);

/** An answer larger than this is none: the process bounds what it answers far below. */
const maxAnswerBytes = 4_000_000;

/**
 * Reads a document in a process of its own, which may read this file and its own code, write into one folder, and do nothing else: a file that makes
 * its reader crash, loop or eat memory takes nothing else with it. Never lasts longer than `readMs` by much.
 * @throws TerminalFailure where the document takes too much or ends its reader; other errors where it was not the document's doing
 */
export async function readDocument(order: ReadingOrder): Promise<Reading> {
  const { limits, signal, type } = order;
  const out = join(order.folder, 'out');
  await mkdir(out, { mode: 0o700 });
  const request: ReadingRequest = {
    file: order.file,
    mimeType: type.mimeType,
    encoding: type.encoding,
    out,
    text: order.text,
    metadata: order.metadata,
    maxUnpackedBytes: limits.maxUnpackedBytes,
    maxTextChars: limits.maxTextChars,
  };
  const end = await runSandboxed({
    entry,
    argument: JSON.stringify(request),
    readable: order.file,
    writable: out,
    memoryMb: limits.readMemoryMb,
    limitMs: limits.readMs,
    signal,
  });
  if (end.timedOut) throw new TerminalFailure(`Reading it takes longer than the ${limits.readMs} ms that are allowed, so it was given up.`);
  const answer = end.code === 0 ? await readAnswer(join(out, 'reading.json')) : null;
  if (answer === null) throw await failureOf(end, out, order.log);
  if (answer.kind === 'bomb') throw new TerminalFailure(`It was not read, because ${answer.reason}.`);
  const { chars, excerpt, metadata, warnings } = answer;
  return { chars, excerpt, metadata, warnings, textFile: join(out, 'text.txt') };
}

/** What the process wrote may be anything: it had read a hostile file. */
async function readAnswer(path: string): Promise<Static<typeof readingAnswer> | null> {
  const found = await lstat(path).catch(() => null);
  if (found === null || !found.isFile() || found.size > maxAnswerBytes) return null;
  try {
    const answer: unknown = JSON.parse(await readFile(path, 'utf8'));
    return answerCheck.Check(answer) ? answer : null;
  } catch {
    return null;
  }
}

/** How Node ends when memory cannot be had, and how programs end that do what their processor refuses. */
const crashes = new Set(['SIGABRT', 'SIGTRAP', 'SIGSEGV', 'SIGILL', 'SIGBUS', 'SIGFPE', 'SIGXCPU', 'SIGXFSZ']);

async function failureOf(end: SandboxEnd, out: string, log: Log): Promise<Error> {
  const began = (await lstat(join(out, 'started')).catch(() => null)) !== null;
  const how = end.signal ?? `code ${end.code}`;
  if (!began) {
    log.error({ how, complaint: end.complaint.trim() }, 'the reader of documents could not start');
    return new Error(`The reader of documents could not start (${how}); the log of the worker says more.`);
  }
  if (/out of memory|allocation failed/i.test(end.complaint))
    return new TerminalFailure('It was not read, because reading it takes more memory than is allowed.');
  if (end.signal !== null && !crashes.has(end.signal))
    return new Error(`The reader of documents was ended from outside (${how}), perhaps because the machine ran out of memory.`);
  return new TerminalFailure(`It was not read, because it makes its reader crash (${how}).`);
}

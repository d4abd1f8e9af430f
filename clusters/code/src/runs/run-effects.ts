import { createHash } from 'node:crypto';
import type { Outlet } from '@etis/runtime/sdk';
import type { Effects } from '../interpreter/scope.ts';
import { isMembers, membersOf } from '../json.ts';
import type { RunRecord } from './run-record.ts';

/** What a run asks for, with the rows that are written beside its steps. */
export interface RunEffects extends Effects {
  readonly listeners: readonly { readonly key: string; readonly pattern: string }[];
  readonly questions: readonly { readonly id: string; readonly key: string; readonly text: string }[];
}

export function createRunEffects(run: RunRecord, { enqueue, emit }: Outlet): RunEffects {
  const { origin } = run;
  const listeners: { key: string; pattern: string }[] = [];
  const questions: { id: string; key: string; text: string }[] = [];

  function identity(of: string): string {
    return createHash('sha256').update(`${run.id}\n${run.retries}\n${of}`).digest('hex').slice(0, 40);
  }

  return {
    listeners,
    questions,
    http(step, request) {
      const { method, uri, headers, query, body } = membersOf(request);
      const payload = { method, url: withQuery(String(uri), membersOf(query)), headers: textsOf(headers), body: body ?? null };
      return enqueue('http', { ...payload, idempotencyKey: identity(step.key) }, { report: true, origin });
    },
    script: (_step, { code, arguments: given }) =>
      enqueue('script', { code, arguments: isMembers(given) ? given : {} }, { report: true, origin }),
    timer: (ms) => enqueue('timer', {}, { delayMs: ms, report: true, origin }),
    emit(event) {
      const { type, subject, data } = membersOf(event);
      emit({ type: String(type), subject: typeof subject === 'string' ? subject.slice(0, 500) : null, data: data ?? null, origin });
    },
    ask(step, given) {
      const id = uuidOf(identity(`question ${step.key}`));
      const question = membersOf(given);
      questions.push({ id, key: step.key, text: String(question.text ?? '').slice(0, 4_000) });
      emit({ type: 'code.question.asked', subject: id, data: { question: id, run: run.id, workflow: run.workflow, ...question }, origin });
      return id;
    },
    listen(step, patterns) {
      listeners.push(...patterns.map((pattern) => ({ key: step.key, pattern })));
    },
  };
}

/** A UUIDv8 of a digest: the same whenever the same thing is done again. */
export function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function withQuery(uri: string, query: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return entries.length === 0 ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(entries).toString()}`;
}

function textsOf(headers: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(membersOf(headers)).map(([name, value]) => [name, String(value)]));
}

import { members, number, text } from '../members.ts';

/** What WhatsApp says went wrong. `code` is what to decide by: titles and texts change. */
export interface ReportedError {
  readonly code: number | null;
  readonly title: string | null;
  readonly message: string | null;
  readonly details: string | null;
  readonly href: string | null;
}

/** The errors of a list, at most 10; empty where it is no list. */
export function reportedErrors(value: unknown): readonly ReportedError[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, 10)
    .map(members)
    .map((error) => ({
      code: number(error.code),
      title: text(error.title),
      message: text(error.message),
      details: text(members(error.error_data).details),
      href: text(error.href),
    }));
}

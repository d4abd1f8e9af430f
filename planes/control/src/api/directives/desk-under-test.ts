import type { DirectiveDesk } from '@etis/contracts/command';
import type { DirectiveReport } from '@etis/contracts/directives';
import { errorCatalogue } from '@etis/kernel';
import { exampleRadius, exampleReport } from './directive-schemas.ts';

const errors = errorCatalogue('COMMAND', {
  DIRECTIVE_UNKNOWN: { kind: 'not-found', message: (id: string) => `There is no directive ${id}.` },
});

/** A desk that knows the documented example and notes what it was asked. */
export function deskUnderTest(): {
  readonly desk: DirectiveDesk;
  readonly asked: { readonly method: string; readonly request: unknown }[];
} {
  const asked: { method: string; request: unknown }[] = [];
  const answer = <T>(method: string, request: unknown, reply: T): Promise<T> => {
    asked.push({ method, request });
    return Promise.resolve(reply);
  };
  const report: DirectiveReport = exampleReport;
  return {
    asked,
    desk: {
      preview: (_, scope) => answer('preview', scope, exampleRadius),
      order: (_, request) => answer('order', request, report),
      resume: (_, request) => answer('resume', request, report),
      async report(_, id) {
        if (id !== report.directive.id) throw errors.DIRECTIVE_UNKNOWN(id);
        return await answer('report', id, report);
      },
      list: (_, query) => answer('list', query, { items: [report], next: null }),
    },
  };
}

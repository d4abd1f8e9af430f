import type { DirectiveDesk } from '@etis/contracts/command';
import type { Context } from '@etis/contracts/context';
import type { DirectiveReport } from '@etis/contracts/directives';
import { errorCatalogue } from '@etis/kernel';
import { exampleRadius, exampleReport } from './directive-schemas.ts';

const errors = errorCatalogue('COMMAND', {
  DIRECTIVE_UNKNOWN: { kind: 'not-found', message: (id: string) => `There is no directive ${id}.` },
});

/** What a desk was asked, and by whom. */
export interface DeskOrder {
  readonly method: string;
  readonly request: unknown;
  readonly by: string;
}

/** A desk that knows the documented example and notes what it was asked. */
export function deskUnderTest(): {
  readonly desk: DirectiveDesk;
  readonly asked: DeskOrder[];
} {
  const asked: DeskOrder[] = [];
  const answer = <T>(method: string, { actor }: Context, request: unknown, reply: T): Promise<T> => {
    asked.push({ method, request, by: actor.id });
    return Promise.resolve(reply);
  };
  const report: DirectiveReport = exampleReport;
  return {
    asked,
    desk: {
      preview: (context, scope) => answer('preview', context, scope, exampleRadius),
      order: (context, request) => answer('order', context, request, report),
      resume: (context, request) => answer('resume', context, request, report),
      async report(context, id) {
        if (id !== report.directive.id) throw errors.DIRECTIVE_UNKNOWN(id);
        return await answer('report', context, id, report);
      },
      list: (context, query) => answer('list', context, query, { items: [report], next: null }),
    },
  };
}

import type { DirectiveDesk } from '@etis/contracts/command';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { pageAfterId, withCursor } from '../page.ts';
import { pageOf } from '../schemas.ts';
import {
  blastRadiusReply,
  directiveOrder,
  directiveParams,
  directivesQuery,
  exampleRadius,
  exampleReport,
  previewOrder,
  reportReply,
  resumeOrder,
} from './directive-schemas.ts';

const tag = 'directives';
const exempt = 'what was stopped can only be resumed here';
const params = { directive: exampleReport.directive.id };

export interface DirectiveRoutesOptions {
  readonly directives: DirectiveDesk;
}

/** Operators' orders to what runs, and how far they got. */
export function directiveRoutes(app: ApiApp, { directives }: DirectiveRoutesOptions): void {
  app.get(
    '/directives',
    operation({
      id: 'listDirectives',
      tag,
      summary: 'Lists directives, newest first',
      permission: 'directives.read',
      exempt,
      query: directivesQuery,
      reply: pageOf(reportReply),
      example: { query: { state: 'in-force', limit: 20 }, reply: { items: [exampleReport], next: null } },
    }),
    async ({ etis, query }) => {
      const state = query.state === undefined ? {} : { state: query.state };
      return withCursor('directives', await directives.list(etis, { ...pageAfterId('directives', query), ...state }));
    },
  );

  app.post(
    '/directives/preview',
    operation({
      id: 'previewDirective',
      tag,
      summary: 'Shows what a directive would concern',
      description: 'Changes nothing.',
      permission: 'directives.read',
      exempt,
      body: previewOrder,
      reply: blastRadiusReply,
      problems: [422],
      idempotent: true,
      example: { body: { scope: { tenant: 'arbor-construction' } }, reply: exampleRadius },
    }),
    async ({ etis, body }) => directives.preview(etis, body.scope),
  );

  app.post(
    '/directives',
    operation({
      id: 'orderDirective',
      tag,
      summary: 'Kills, pauses, drains or throttles what a scope names',
      description:
        'It is kept and signed when this answers, and on its way to every node that it concerns; their receipts follow in the report.',
      permission: 'directives.write',
      exempt,
      body: directiveOrder,
      status: 201,
      reply: reportReply,
      problems: [422],
      idempotent: true,
      example: {
        body: { verb: 'pause', scope: { tenant: 'arbor-construction' }, reason: 'Their ERP is being moved.' },
        reply: exampleReport,
      },
    }),
    async ({ etis, body }, reply) => reply.code(201).send(await directives.order(etis, body)),
  );

  app.post(
    '/directives/resume',
    operation({
      id: 'resumeDirectives',
      tag,
      summary: 'Ends directives, so that what they stopped goes on',
      description: 'What waited is handled in its order.',
      permission: 'directives.write',
      exempt,
      body: resumeOrder,
      status: 201,
      reply: reportReply,
      problems: [404, 409, 422],
      idempotent: true,
      example: { body: { ends: [params.directive], reason: 'The move is done.' }, reply: exampleReport },
    }),
    async ({ etis, body }, reply) => reply.code(201).send(await directives.resume(etis, body)),
  );

  app.get(
    '/directives/:directive',
    operation({
      id: 'getDirective',
      tag,
      summary: 'Shows a directive with the receipt of every node that it concerns',
      permission: 'directives.read',
      exempt,
      params: directiveParams,
      reply: reportReply,
      problems: [404],
      example: { params, reply: exampleReport },
    }),
    async ({ etis, params: { directive } }) => directives.report(etis, directive),
  );
}

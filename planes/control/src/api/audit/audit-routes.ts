import type { AuditDesk } from '@etis/contracts/command';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { operation } from '../operation.ts';
import { pageAfterId, withCursor } from '../page.ts';
import { pageOf, strict, tenantPageQuery, uuid } from '../schemas.ts';
import { exampleEntry, exampleVerification, sealedEntryReply, verificationReply } from './audit-schemas.ts';

const tag = 'audit';
const exempt = 'what was done has to be known while anything is stopped';

export interface AuditRoutesOptions {
  readonly audit: AuditDesk;
}

/** What was done by whom, sealed so that nobody can change it unseen. */
export function auditRoutes(app: ApiApp, { audit }: AuditRoutesOptions): void {
  app.get(
    '/audit',
    operation({
      id: 'listAudit',
      tag,
      summary: "Lists the sealed actions of a tenant, newest first, or without one the platform's own",
      description: 'This look is itself an action that is kept.',
      permission: 'audit.read',
      exempt,
      query: tenantPageQuery,
      reply: pageOf(sealedEntryReply),
      example: { query: { tenant: exampleEntry.tenant, limit: 20 }, reply: { items: [exampleEntry], next: null } },
    }),
    async ({ etis, query }) => {
      const tenant = query.tenant ?? null;
      // Of another chain the numbers mean something else.
      const list = tenant === null ? 'audit' : `audit/${tenant}`;
      return withCursor(list, await audit.list(etis, { tenant, ...pageAfterId(list, query) }));
    },
  );

  app.post(
    '/audit/verify',
    operation({
      id: 'verifyAudit',
      tag,
      summary: 'Checks every chain, checkpoint and action for what was changed since',
      description:
        'Reads all of it, so it takes its time: after some seconds the answer is how far it has come, and getAuditVerification tells the rest. Who asks meanwhile joins the one that runs. Once it is done, no findings mean that nothing that was sealed has been changed, removed, added or reordered.',
      permission: 'audit.read',
      exempt,
      reply: verificationReply,
      idempotent: true,
      example: { reply: exampleVerification },
    }),
    async ({ etis }) => audit.verify(etis),
  );

  app.get(
    '/audit/verifications/:verification',
    operation({
      id: 'getAuditVerification',
      tag,
      summary: 'Shows a verification that was begun at the same process',
      description: 'Answers once it is done, or after some seconds with how far it has come.',
      permission: 'audit.read',
      exempt,
      params: Type.Object({ verification: uuid }, strict),
      reply: verificationReply,
      problems: [404],
      example: { params: { verification: exampleVerification.id }, reply: exampleVerification },
    }),
    async ({ params: { verification } }) => audit.verification(verification),
  );
}

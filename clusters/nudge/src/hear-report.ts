import type { HandlerContext, PlatformEvent } from '@etis/runtime/sdk';
import { keepDocumentReport } from './documents/documents.ts';
import { reportOf } from './job-report.ts';
import { keepSendReport } from './sends/send-report.ts';

/** Hears how a job ended, of a send or of a document. One that nothing here waits for is passed over. */
export async function hearReport(event: PlatformEvent, context: HandlerContext): Promise<void> {
  const report = reportOf(event);
  const known = await (report.kind === 'document' ? keepDocumentReport(report, context) : keepSendReport(report, context));
  if (!known) context.log.warn({ job: report.job, kind: report.kind }, 'a report of a job that nothing here asked for; passed over');
}

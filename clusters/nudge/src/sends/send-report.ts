import type { HandlerContext } from '@etis/runtime/sdk';
import { members, textOf } from '../event-members.ts';
import type { Report } from '../job-report.ts';
import type { Signal } from './progress.ts';
import { signalSend } from './sends.ts';

/** Keeps how the job of a send ended; resolves to false where no send is known by it. */
export function keepSendReport(report: Report, context: HandlerContext): Promise<boolean> {
  return signalSend({ job: report.job }, [signalOf(report)], context);
}

/** To a mail server a message is sent when it has taken it; WhatsApp tells later what became of it. */
function signalOf({ done, kind, at, result, reason }: Report): Signal {
  if (!done) return { step: 'dead', at, messageId: null, reason };
  return { step: kind === 'email' ? 'sent' : 'accepted', at, messageId: textOf(members(result).messageId, 1_000) };
}

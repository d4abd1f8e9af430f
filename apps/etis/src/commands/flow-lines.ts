import type { Flow, FlowStep } from '@etis/contracts/flow';
import { clockTime, printable } from '../output.ts';

/** A flow as a timeline: when, how long after the start, what. */
export function flowLines(flow: Flow): string[] {
  const start = flow.steps[0] === undefined ? 0 : Date.parse(flow.steps[0].at);
  const lines = flow.steps.map((step) => {
    const after = `+${Date.parse(step.at) - start} ms`;
    return `  ${clockTime(step.at)}  ${after.padStart(9)}  ${step.step.padEnd(12)}  ${printable(sentence(step))}`;
  });
  return [`Flow ${flow.id}${flow.settled ? '' : ' (still running)'}`, ...lines];
}

function sentence(step: FlowStep): string {
  switch (step.step) {
    case 'accepted':
      return `${step.bytes} bytes from ${step.connection}`;
    case 'unmatched':
      return `${step.reason}: ${step.detail}`;
    case 'normalised':
      return step.subject === null ? step.type : `${step.type}  ${step.subject}`;
    case 'resolved':
      return `tenant ${step.tenant}${step.project === null ? '' : `, project ${step.project}`}`;
    case 'routed':
      return `lane ${step.lane} on ${step.cluster}`;
    case 'handled':
      return `by ${step.lane}${step.attempts > 1 ? `, at attempt ${step.attempts}` : ''}`;
    case 'parked':
      return `in ${step.lane} after ${step.attempts} attempts, again at ${clockTime(step.retryAt)}: ${step.error}`;
    case 'dead-letter':
      return `in ${step.lane} after ${step.attempts} attempts: ${step.error}`;
    case 'discarded':
      return `in ${step.lane}: ${step.reason}`;
    case 'job-enqueued':
      return `${step.kind} job ${step.job}`;
    case 'job-done':
      return `${step.kind}${result(step.result)}`;
    case 'job-failed':
      return `${step.kind}, ${step.final ? 'for good' : 'to be tried again'}: ${step.error}`;
  }
}

/** Says to whom it went, where a job's result tells so. */
function result(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('recipient' in value)) return '';
  const response = 'response' in value ? ` (${String(value.response)})` : '';
  return ` delivered to ${String(value.recipient)}${response}`;
}

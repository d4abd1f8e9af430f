import type { FlowStep } from '@etis/client';
import { bytes } from '../shell/figures.ts';
import type { Plane } from '../shell/planes.ts';
import { eventTitle } from './event-title.ts';

/** How a step went; never said by colour alone. */
export type Outcome = 'done' | 'waiting' | 'failed';

export interface StepWords {
  readonly title: string;
  readonly detail: string;
  readonly plane: Plane;
  readonly outcome: Outcome;
}

/** The names that a step needs, by id. */
export interface StepNames {
  readonly tenant: (id: string) => string;
  readonly product: (id: string) => string;
  readonly cluster: (id: string) => string;
}

/** One step of a flow as people say it. */
export function stepWords(step: FlowStep, names: StepNames): StepWords {
  switch (step.step) {
    case 'accepted':
      return {
        title: 'Accepted',
        detail: `${bytes(step.bytes)} over the connection ${step.connection}`,
        plane: 'ingestion',
        outcome: 'done',
      };
    case 'unmatched':
      return { title: 'Unmatched', detail: `${step.reason}: ${step.detail}`, plane: 'spine', outcome: 'failed' };
    case 'normalised':
      return { title: eventTitle(step.type), detail: 'understood as an event', plane: 'spine', outcome: 'done' };
    case 'resolved':
      return {
        title: 'Resolved',
        detail: names.tenant(step.tenant) + (step.project === null ? '' : `, project ${step.project}`),
        plane: 'spine',
        outcome: 'done',
      };
    case 'routed':
      return {
        title: 'Routed',
        detail: `to ${names.product(step.product)} on ${names.cluster(step.cluster)}`,
        plane: 'spine',
        outcome: 'done',
      };
    case 'handled':
      return {
        title: 'Handled',
        detail: `by ${laneWords(step.lane, names)}${attempts(step.attempts)}`,
        plane: 'clusters',
        outcome: 'done',
      };
    case 'parked':
      return {
        title: 'Parked',
        detail: `${step.error}${attempts(step.attempts)}; tried again later`,
        plane: 'clusters',
        outcome: 'waiting',
      };
    case 'dead-letter':
      return { title: 'Dead letter', detail: `${step.error}${attempts(step.attempts)}`, plane: 'clusters', outcome: 'failed' };
    case 'discarded':
      return { title: 'Discarded', detail: step.reason, plane: 'clusters', outcome: 'failed' };
    case 'job-enqueued':
      return { title: `Job: ${eventTitle(step.kind)}`, detail: 'handed to the workers', plane: 'workers', outcome: 'done' };
    case 'job-done':
      return {
        title: `Job done: ${eventTitle(step.kind)}`,
        detail: resultWords(step.result) + attempts(step.attempts),
        plane: 'workers',
        outcome: 'done',
      };
    case 'job-failed':
      return {
        title: `Job failed: ${eventTitle(step.kind)}`,
        detail: `${step.error}${attempts(step.attempts)}`,
        plane: 'workers',
        outcome: step.final ? 'failed' : 'waiting',
      };
    default:
      return unknownStep(step);
  }
}

/** A platform that is newer than this page may tell of steps that it does not know. */
function unknownStep(step: { readonly step: string }): StepWords {
  return { title: eventTitle(step.step), detail: '', plane: 'spine', outcome: 'done' };
}

function attempts(count: number): string {
  return count > 1 ? `, ${count} attempts` : '';
}

function laneWords(lane: string, names: StepNames): string {
  const [tenant = '', product = ''] = lane.split('/');
  return `${names.product(product)} of ${names.tenant(tenant)}`;
}

function resultWords(result: unknown): string {
  if (typeof result !== 'object' || result === null) return 'without an answer';
  const member = (name: string) => (name in result ? (result as Record<string, unknown>)[name] : undefined);
  const to = member('recipient') ?? member('to');
  const response = member('response');
  const said = [
    typeof to === 'string' ? `to ${to}` : Array.isArray(to) ? `to ${to.join(', ')}` : '',
    typeof response === 'string' ? `(${response})` : '',
  ];
  return said.filter((text) => text !== '').join(' ') || 'with an answer';
}

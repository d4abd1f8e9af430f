import type { FlowStep } from '@etis/client';
import type { Plane } from '../shell/planes.ts';
import { type Outcome, type StepNames, stepWords } from './step-words.ts';

export interface FlowNode {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly plane: Plane;
  readonly outcome: Outcome;
}

export interface FlowEdge {
  readonly from: string;
  readonly to: string;
}

/** What causes what: for each event the id of what it came of (a delivery, an event or a job), where that is known. */
export type Causes = ReadonlyMap<string, string | null>;

/**
 * A flow as a graph: its delivery, its events, where each was handled, and its jobs. Later steps of the same thing make its outcome. An event of
 * which no cause is known hangs on the delivery; nothing hangs in the air.
 */
export function flowGraph(
  steps: readonly FlowStep[],
  causes: Causes,
  names: StepNames,
): { nodes: readonly FlowNode[]; edges: readonly FlowEdge[] } {
  const nodes = new Map<string, FlowNode>();
  const edges = new Map<string, FlowEdge>();
  const link = (from: string, to: string) => {
    if (from !== to && nodes.has(from) && nodes.has(to)) edges.set(`${from} ${to}`, { from, to });
  };
  for (const step of steps) {
    const id = nodeOf(step);
    if (id === null) continue;
    const { title, detail, plane, outcome } = stepWords(step, names);
    const known = nodes.get(id);
    nodes.set(id, { id, title: known !== undefined && 'job' in step ? known.title : title, detail, plane, outcome });
  }
  const first = nodes.keys().next().value;
  for (const step of steps) {
    const id = nodeOf(step);
    if (id === null || first === undefined) continue;
    if (step.step === 'normalised') link(causeOf(step, { causes, nodes, first }), id);
    else if ('lane' in step) link(`event ${step.event}`, id);
    else if ('job' in step) link(step.event === null ? first : handledOf(step.event, nodes), id);
    else if (step.step === 'unmatched') link(`delivery ${step.delivery}`, id);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

function nodeOf(step: FlowStep): string | null {
  if ('job' in step) return `job ${step.job}`;
  if ('lane' in step) return `at ${step.lane} ${step.event}`;
  if (step.step === 'unmatched') return `unmatched ${step.delivery} ${step.reason}`;
  if (step.step === 'accepted') return `delivery ${step.delivery}`;
  return step.step === 'normalised' ? `event ${step.event}` : null;
}

function causeOf(
  { event, subject }: { event: string; subject: string | null },
  { causes, nodes, first }: { causes: Causes; nodes: ReadonlyMap<string, FlowNode>; first: string },
): string {
  // What tells of a job's end has the job as its subject, and for its cause what the job came of.
  if (nodes.has(`job ${subject}`)) return `job ${subject}`;
  const cause = causes.get(event) ?? null;
  if (cause === null) return first;
  if (nodes.has(`job ${cause}`)) return `job ${cause}`;
  return nodes.has(`event ${cause}`) ? handledOf(cause, nodes) : first;
}

/** Where an event was handled is what it caused things from; the event itself where it was not. */
function handledOf(event: string, nodes: ReadonlyMap<string, FlowNode>): string {
  for (const id of nodes.keys()) if (id.startsWith('at ') && id.endsWith(` ${event}`)) return id;
  return `event ${event}`;
}

import type { Flow, FlowStep, SpineQueries } from '@etis/contracts/flow';
import type { Governance } from '@etis/contracts/governance';
import type { ClusterId } from '@etis/contracts/tenancy';
import { isUuid } from '@etis/kernel';
import type { SystemDb } from '@etis/postgres';
import { placementsOf } from '../dispatcher/eligibility.ts';
import { refuseIfDropped } from '../record/no-longer-kept.ts';
import { type FlowEntryRow, type FlowEventRow, type FlowJobRow, type FlowRows, flowIdOf, flowRows } from './flow-rows.ts';

/** What stands for the cluster of a lane whose placement has gone; no cluster can be called that. */
const noCluster = '(none)';

/** The order of steps that happened in the same millisecond. */
const ranks: Readonly<Record<FlowStep['step'], number>> = {
  accepted: 0,
  unmatched: 1,
  normalised: 2,
  resolved: 3,
  routed: 4,
  parked: 5,
  handled: 6,
  'dead-letter': 7,
  discarded: 8,
  'job-enqueued': 9,
  'job-failed': 10,
  'job-done': 11,
};

function eventSteps(row: FlowEventRow): readonly FlowStep[] {
  const at = row.routed_at.toISOString();
  return [
    {
      step: 'normalised',
      at,
      event: row.id,
      type: row.type,
      subject: row.subject,
      ...(row.replay_of === null ? {} : { replayOf: row.replay_of }),
    },
    { step: 'resolved', at, event: row.id, tenant: row.tenant_id, project: row.project },
  ];
}

function entrySteps(row: FlowEntryRow, cluster: ClusterId): readonly FlowStep[] {
  const where = { event: row.event_id, lane: row.lane };
  const steps: FlowStep[] = [{ step: 'routed', at: row.routed_at.toISOString(), ...where, cluster, product: row.product }];
  if (row.handled_at !== null) {
    steps.push({ step: 'handled', at: row.handled_at.toISOString(), ...where, attempts: row.handled_attempts ?? 1 });
  }
  if (row.state === null || row.parked_at === null || row.retry_at === null) return steps;
  const failure = { ...where, attempts: row.attempts ?? 1, error: row.error ?? '' };
  if (row.state === 'parked' || row.state === 'handled') {
    steps.push({ step: 'parked', at: row.parked_at.toISOString(), ...failure, retryAt: row.retry_at.toISOString() });
  }
  const closed = (row.closed_at ?? row.parked_at).toISOString();
  if (row.state === 'handled') steps.push({ step: 'handled', at: closed, ...where, attempts: row.attempts ?? 1 });
  if (row.state === 'discarded') steps.push({ step: 'discarded', at: closed, ...where, reason: row.reason ?? '' });
  if (row.state === 'dead') steps.push({ step: 'dead-letter', at: closed, ...failure });
  return steps;
}

function jobSteps(row: FlowJobRow): readonly FlowStep[] {
  const job = { event: row.cause_id, job: row.id, kind: row.kind };
  const at = row.updated_at.toISOString();
  const steps: FlowStep[] = [{ step: 'job-enqueued', at: row.created_at.toISOString(), ...job }];
  if (row.error !== null)
    steps.push({ step: 'job-failed', at, ...job, attempts: row.attempts, error: row.error, final: row.state === 'dead' });
  if (row.state === 'done') {
    const result: unknown = row.result === null ? null : JSON.parse(row.result);
    steps.push({ step: 'job-done', at, ...job, attempts: row.attempts, result });
  }
  return steps;
}

function flowOf(id: string, rows: FlowRows, clusters: ReadonlyMap<string, ClusterId>): Flow {
  const accepted = rows.accepted.map(
    (row): FlowStep => ({
      step: 'accepted',
      at: row.received_at.toISOString(),
      delivery: row.id,
      connection: row.connection_id,
      bytes: row.bytes,
    }),
  );
  const steps: FlowStep[] = [
    ...rows.unmatched.map(
      (row): FlowStep => ({
        step: 'unmatched',
        at: row.at.toISOString(),
        delivery: row.delivery_id,
        reason: row.reason,
        detail: row.detail,
      }),
    ),
    ...rows.events.flatMap(eventSteps),
    ...rows.entries.flatMap((row) => entrySteps(row, row.cluster ?? clusters.get(row.lane) ?? noCluster)),
    ...rows.jobs.flatMap(jobSteps),
  ];
  // The start comes first though its time is from the clock of the process that accepted it, and all others are the database's.
  const inOrder = [...accepted, ...steps.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : ranks[a.step] - ranks[b.step]))];
  return { id, steps: inOrder, settled: !rows.open };
}

/** Assembles a flow from what the hops wrote anyway: nothing is written for the sake of being shown. A settled flow grows no more by itself. */
export function createFlowQuery(options: { db: SystemDb; governance: Governance }): SpineQueries['flow'] {
  const { db, governance } = options;
  return async (id) => {
    if (!isUuid(id)) return null;
    const flow = await flowIdOf(db, id);
    if (flow === undefined) {
      await refuseIfDropped(db, 'flow', id);
      return null;
    }
    return flowOf(flow, await flowRows(db, flow), placementsOf(governance.current()));
  };
}

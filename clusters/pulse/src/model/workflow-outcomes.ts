import type { DatasetModel } from './dataset-model.ts';

/** One row for each run of a workflow. */
export const workflowOutcomes: DatasetModel = {
  dataset: 'construction.workflow_outcomes',
  title: 'Outcomes of workflows',
  time: 'started_at',
  project: 'project',
  measures: {
    runs: { title: 'Runs', aggregate: 'count' },
    duration: { title: 'Average duration', aggregate: 'average', column: 'duration_seconds', unit: 'seconds' },
  },
  dimensions: {
    project: { title: 'Project', column: 'project', type: 'text' },
    workflow: { title: 'Workflow', column: 'workflow', type: 'text' },
    outcome: { title: 'Outcome', column: 'outcome', type: 'text' },
  },
};

import type { DatasetModel } from './dataset-model.ts';

/** One row for each issue. */
export const issueLeadTimes: DatasetModel = {
  dataset: 'construction.issue_lead_times',
  title: 'Lead times of issues',
  time: 'opened_at',
  project: 'project',
  measures: {
    issues: { title: 'Issues', aggregate: 'count' },
    lead_time: { title: 'Average lead time', aggregate: 'average', column: 'lead_hours', unit: 'hours' },
    median_lead_time: { title: 'Median lead time', aggregate: 'median', column: 'lead_hours', unit: 'hours' },
    total_lead_time: { title: 'Lead time in all', aggregate: 'sum', column: 'lead_hours', unit: 'hours' },
  },
  dimensions: {
    project: { title: 'Project', column: 'project', type: 'text' },
    status: { title: 'Status', column: 'status', type: 'text' },
  },
};

import type { DatasetModel } from './dataset-model.ts';

/** One row for each message that a person wrote. */
export const messageResponseTimes: DatasetModel = {
  dataset: 'construction.message_response_times',
  title: 'Response times to messages',
  time: 'received_at',
  project: 'project',
  measures: {
    messages: { title: 'Messages', aggregate: 'count' },
    response_time: { title: 'Average response time', aggregate: 'average', column: 'response_seconds', unit: 'seconds' },
    longest: { title: 'Longest response time', aggregate: 'maximum', column: 'response_seconds', unit: 'seconds' },
  },
  dimensions: {
    project: { title: 'Project', column: 'project', type: 'text' },
    answered: { title: 'Answered', column: 'answered', type: 'boolean' },
  },
};

import type { DatasetModel } from './dataset-model.ts';

/** One row for each notification. */
export const notificationDelivery: DatasetModel = {
  dataset: 'construction.notification_delivery',
  title: 'Delivery of notifications',
  time: 'requested_at',
  project: 'project',
  measures: {
    notifications: { title: 'Notifications', aggregate: 'count' },
    delivery_time: { title: 'Average time to delivery', aggregate: 'average', column: 'delivery_seconds', unit: 'seconds' },
  },
  dimensions: {
    project: { title: 'Project', column: 'project', type: 'text' },
    channel: { title: 'Channel', column: 'channel', type: 'text' },
    outcome: { title: 'Outcome', column: 'outcome', type: 'text' },
  },
};

import type { DatasetModel } from './dataset-model.ts';
import { documentChurn } from './document-churn.ts';
import { issueLeadTimes } from './issue-lead-times.ts';
import { messageResponseTimes } from './message-response-times.ts';
import { notificationDelivery } from './notification-delivery.ts';
import { workflowOutcomes } from './workflow-outcomes.ts';

const all = [documentChurn, issueLeadTimes, messageResponseTimes, notificationDelivery, workflowOutcomes];

/** The models of Pulse by dataset. */
export const models: ReadonlyMap<string, DatasetModel> = new Map(all.map((model) => [model.dataset, model]));

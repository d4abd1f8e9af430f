import type { DatasetModel } from './dataset-model.ts';

/** One row for each version of a document. */
export const documentChurn: DatasetModel = {
  dataset: 'construction.document_churn',
  title: 'Documents and their versions',
  time: 'added_at',
  project: 'project',
  measures: {
    versions: { title: 'Versions', aggregate: 'count' },
    documents: { title: 'Documents', aggregate: 'count-distinct', column: 'document' },
    latest_version: { title: 'Highest version', aggregate: 'maximum', column: 'version' },
  },
  dimensions: {
    project: { title: 'Project', column: 'project', type: 'text' },
    document: { title: 'Document', column: 'document', type: 'text' },
  },
};

export { createIngestion, type Ingestion, type IngestionCounters } from './ingestion.ts';
export type { RefusalCount } from './refusals.ts';
export { sourceAdapters } from './sources/source-adapters.ts';
export { sourceDescriptions } from './sources/source-descriptions.ts';

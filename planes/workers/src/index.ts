export { workersDomain } from './domain.ts';
export { createWorkers, type WorkersSettings } from './runtime/workers.ts';

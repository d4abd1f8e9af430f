import { defineEvolution } from './apps/etis/src/evolution/evolution.ts';

/** Where this installation stands in the evolution matrix, a line per capability. `etis evolution` explains each one. */
export default defineEvolution({
  'ingress-surface': 'in-process',
  'event-routing': 'direct',
  'worker-execution': 'worker-threads',
  transformation: 'none',
  database: 'embedded',
  'runtime-isolation': 'database-per-cluster',
  operation: 'one-process',
});

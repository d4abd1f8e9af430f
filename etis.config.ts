import { defineEvolution } from './apps/etis/src/evolution/evolution.ts';

/**
 * Where this installation stands in the evolution matrix, a line per capability. `etis evolution` explains each one. Event routing is not here: it changes
 * while events arrive, by `etis evolve event-routing`.
 */
export default defineEvolution({
  'ingress-surface': 'in-process',
  'worker-execution': 'worker-threads',
  transformation: 'none',
  database: 'embedded',
  'runtime-isolation': 'database-per-cluster',
  operation: 'one-process',
});

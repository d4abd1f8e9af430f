/** What a tenant's workflows may take. All of them count for one tenant. */
export const limits = {
  /** UTF-16 code units of one definition. */
  definition: 65_536,
  workflows: 200,
  /** Tasks within tasks. */
  depth: 12,
  tasks: 200,
  /** Steps of one run, rounds of loops and attempts counted one by one. */
  steps: 1_000,
  /** Bytes of JSON of one value: an input, an output, a body. */
  value: 65_536,
  /** Bytes of JSON that all steps of one run keep. */
  journal: 4 * 1024 * 1024,
  /** Runs that have not ended. */
  openRuns: 10_000,
  /** Runs of one workflow at a time, unless it says less. */
  concurrent: 100,
  /** Milliseconds of one wait. */
  wait: 366 * 24 * 3_600_000,
} as const;

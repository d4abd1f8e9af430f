/** What somebody may see. It narrows a query before its SQL is written. */
export interface Policy {
  /** Only rows of these projects; null where every row counts. */
  readonly projects: readonly string[] | null;
  /** `<dataset>.<measure>`, or the measure alone for every dataset. */
  readonly deniedMeasures: readonly string[];
  readonly deniedDimensions: readonly string[];
}

export const everything: Policy = { projects: null, deniedMeasures: [], deniedDimensions: [] };

/** Whether the list names this one of the dataset. */
export function isDenied(denied: readonly string[], dataset: string, name: string): boolean {
  return denied.includes(name) || denied.includes(`${dataset}.${name}`);
}

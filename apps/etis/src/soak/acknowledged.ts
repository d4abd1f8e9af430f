/** Positions `first` to `last` of a lane, acknowledged at once; positions are decimal bigints as the database writes them. */
export interface AckRow {
  readonly lane: string;
  readonly first: string;
  readonly last: string;
}

export interface EntryRow {
  readonly lane: string;
  readonly position: string;
}

/** How many entries were acknowledged more than once, or never although they were not set aside. `entries` are in the order of lane and position. */
export function countWronglyAcknowledged(record: {
  readonly acks: readonly AckRow[];
  readonly entries: readonly EntryRow[];
  readonly aside: readonly EntryRow[];
}): number {
  const aside = new Set(record.aside.map(({ lane, position }) => `${lane} ${position}`));
  const acksOf = Map.groupBy(record.acks, ({ lane }) => lane);
  let wrong = 0;
  for (const [lane, entries] of Map.groupBy(record.entries, (entry) => entry.lane)) {
    const positions = entries.map(({ position }) => BigInt(position));
    // How many acknowledgements begin and end before each entry: their running sum is how many cover it.
    const steps = new Int32Array(positions.length + 1);
    for (const { first, last } of acksOf.get(lane) ?? []) {
      const from = lowerBound(positions, BigInt(first));
      const until = lowerBound(positions, BigInt(last) + 1n);
      steps[from] = (steps[from] ?? 0) + 1;
      steps[until] = (steps[until] ?? 0) - 1;
    }
    let acks = 0;
    positions.forEach((position, index) => {
      acks += steps[index] ?? 0;
      if (acks > 1 || (acks === 0 && !aside.has(`${lane} ${position}`))) wrong += 1;
    });
  }
  return wrong;
}

/** The index of the first of the rising values that is not below the wanted one. */
function lowerBound(values: readonly bigint[], wanted: bigint): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? wanted) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

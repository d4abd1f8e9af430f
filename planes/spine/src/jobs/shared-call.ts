/** Bounds of what one shared call carries, and of how many are under way at once. */
export interface SharedCallBounds<Item> {
  readonly maxItems: number;
  readonly maxWeight: number;
  readonly maxCalls: number;
  weigh(item: Item): number;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly key: string;
  readonly settle: PromiseWithResolvers<Answer>;
}

/**
 * Makes calls that come together share one: those of the same turn of the event loop, and those that come while as many are under way as may be.
 * Of two with the same key the later one waits for another call. A call that fails fails for all that share it.
 */
export function createSharedCall<Item, Answer>(options: {
  call: (items: readonly Item[]) => Promise<readonly Answer[]>;
  bounds: SharedCallBounds<Item>;
}): (key: string, item: Item) => Promise<Answer> {
  const { call, bounds } = options;
  let queue: Waiting<Item, Answer>[] = [];
  let calls = 0;
  let scheduled = false;

  function nextBatch(): readonly Waiting<Item, Answer>[] {
    const keys = new Set<string>();
    const batch: Waiting<Item, Answer>[] = [];
    const rest: Waiting<Item, Answer>[] = [];
    let weight = 0;
    let full = false;
    for (const waiting of queue) {
      const heavier = weight + bounds.weigh(waiting.item);
      full ||= batch.length > 0 && (batch.length >= bounds.maxItems || heavier > bounds.maxWeight);
      if (full || keys.has(waiting.key)) {
        rest.push(waiting);
        continue;
      }
      weight = heavier;
      keys.add(waiting.key);
      batch.push(waiting);
    }
    queue = rest;
    return batch;
  }

  async function go(): Promise<void> {
    scheduled = false;
    calls += 1;
    const batch = nextBatch();
    schedule();
    try {
      const answers = await call(batch.map(({ item }) => item));
      for (const [index, { settle }] of batch.entries()) settle.resolve(answers[index] as Answer);
    } catch (error) {
      for (const { settle } of batch) settle.reject(error);
    } finally {
      calls -= 1;
      schedule();
    }
  }

  /** After the events of this turn of the loop, so that what ends together is told together. */
  function schedule(): void {
    if (scheduled || calls === bounds.maxCalls || queue.length === 0) return;
    scheduled = true;
    setImmediate(() => void go());
  }

  return (key, item) => {
    const settle = Promise.withResolvers<Answer>();
    queue.push({ item, key, settle });
    schedule();
    return settle.promise;
  };
}

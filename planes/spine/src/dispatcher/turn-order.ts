/** Items in the order of their rank, each of which may change its rank while it is in. All calls cost the logarithm of the size at most. */
export interface TurnOrder<Item> {
  first(): Item | undefined;
  /** Puts the item in, or where its rank belongs now. */
  place(item: Item): void;
  remove(item: Item): void;
}

/** A binary heap that knows where each item stands. `isBefore` must not change for an item between two calls of `place`. */
export function createTurnOrder<Item>(isBefore: (one: Item, other: Item) => boolean): TurnOrder<Item> {
  const heap: Item[] = [];
  const places = new Map<Item, number>();

  function put(item: Item, place: number): void {
    heap[place] = item;
    places.set(item, place);
  }

  function rise(item: Item, from: number): number {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above] as Item;
      if (!isBefore(item, parent)) break;
      put(parent, place);
      place = above;
    }
    put(item, place);
    return place;
  }

  function sink(item: Item, from: number): void {
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Item, heap[below] as Item)) below += 1;
      const child = heap[below] as Item;
      if (!isBefore(child, item)) break;
      put(child, place);
      place = below;
    }
    put(item, place);
  }

  function settle(item: Item, place: number): void {
    if (rise(item, place) === place) sink(item, place);
  }

  return {
    first: () => heap[0],
    place: (item) => settle(item, places.get(item) ?? heap.length),
    remove(item) {
      const place = places.get(item);
      if (place === undefined) return;
      places.delete(item);
      const last = heap.pop() as Item;
      if (last !== item) settle(last, place);
    },
  };
}

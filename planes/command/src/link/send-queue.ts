import type { Wire } from '@etis/contracts/link';

/** What waits to be sent over one wire: orders before everything else, and of snapshots only the newest. */
export interface SendQueue {
  /** An order. False where so many wait that the wire has to be given up. */
  order(text: string): boolean;
  /** A short answer that stands between orders and snapshots. False as for `order`. */
  answer(text: string): boolean;
  /** Says that there is a newer snapshot; it is made when its turn comes. */
  snapshotDue(): void;
  /** Sends what the wire takes now. */
  flush(): void;
  /** Whether something waits, for the wire or for being made. */
  isWaiting(): boolean;
}

/** The wire is given no more while so much of it has not left yet: what comes next is still ours to order. */
const highWater = 256 * 1024;
const mostWaiting = 2_000;

/** `makeSnapshot` gives the newest snapshot as text; null while there is none to be had, and then it stays due. `none` where nothing is to be sent. */
export function createSendQueue(options: {
  wire: Wire;
  makeSnapshot: () => string | 'none' | null;
  /** Called when something was left waiting. */
  blocked: () => void;
}): SendQueue {
  const { wire, makeSnapshot, blocked } = options;
  let orders: string[] = [];
  let answers: string[] = [];
  let isDue = false;

  function next(): string | null {
    const urgent = orders.shift() ?? answers.shift();
    if (urgent !== undefined) return urgent;
    if (!isDue) return null;
    const text = makeSnapshot();
    if (text === null) return null;
    isDue = false;
    return text === 'none' ? null : text;
  }

  function flush(): void {
    while (wire.buffered() < highWater) {
      const text = next();
      if (text === null) return;
      wire.send(text);
    }
    if (isWaiting()) blocked();
  }

  function isWaiting(): boolean {
    return orders.length > 0 || answers.length > 0 || isDue;
  }

  function put(queue: string[], text: string): boolean {
    if (queue.length >= mostWaiting) {
      orders = [];
      answers = [];
      isDue = false;
      return false;
    }
    queue.push(text);
    flush();
    return true;
  }

  return {
    order: (text) => put(orders, text),
    answer: (text) => put(answers, text),
    snapshotDue() {
      isDue = true;
    },
    flush,
    isWaiting,
  };
}

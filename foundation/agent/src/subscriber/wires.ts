import type { Wire } from '@etis/contracts/link';

interface End {
  readonly wire: Wire;
  receive(text: string): void;
  closed(reason: string): void;
}

/**
 * Two ends of a link within one process. What is sent at one arrives at the other in its order and never in the same turn, so that it behaves as over a
 * network; what arrives before anybody listens waits.
 */
export function joinWires(): readonly [Wire, Wire] {
  const ends: [End, End] = [createEnd(() => ends[1]), createEnd(() => ends[0])];
  return [ends[0].wire, ends[1].wire];
}

function createEnd(other: () => End): End {
  const arrived: string[] = [];
  let onMessage: ((text: string) => void) | undefined;
  let onClose: ((reason: string) => void) | undefined;
  let over: string | null = null;
  let bytes = 0;

  function deliver(): void {
    while (onMessage !== undefined && arrived.length > 0 && over === null) onMessage(arrived.shift() as string);
  }

  function end(reason: string): void {
    if (over !== null) return;
    over = reason;
    onClose?.(reason);
  }

  const wire: Wire = {
    send(text) {
      if (over !== null) return;
      bytes += text.length;
      setImmediate(() => {
        bytes -= text.length;
        other().receive(text);
      });
    },
    buffered: () => bytes,
    onMessage(callback) {
      onMessage = callback;
      setImmediate(deliver);
    },
    onClose(callback) {
      onClose = callback;
      if (over !== null) callback(over);
    },
    close(reason) {
      if (over !== null) return;
      setImmediate(() => other().closed(reason));
      end(reason);
    },
  };
  return {
    wire,
    receive(text) {
      arrived.push(text);
      deliver();
    },
    closed: end,
  };
}

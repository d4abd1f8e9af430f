import type { Wire } from '@etis/contracts/link';
import type { WebSocket } from 'ws';

/** The largest message that a link carries, in bytes. */
export const mostMessageBytes = 16 * 1024 * 1024;

/** A WebSocket as a wire. What arrives before anybody listens waits; binary messages end it. */
export function socketWire(socket: WebSocket): Wire {
  const arrived: string[] = [];
  let onMessage: ((text: string) => void) | undefined;
  let over: string | null = null;
  const onClose: ((reason: string) => void)[] = [];

  function end(reason: string): void {
    if (over !== null) return;
    over = reason;
    for (const callback of onClose) callback(reason);
  }

  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      socket.close(1003, 'text only');
      return;
    }
    const text = data.toString();
    if (onMessage === undefined) arrived.push(text);
    else onMessage(text);
  });
  socket.on('error', (error) => end(error.message));
  socket.on('close', (code, reason) => end(reason.toString() || `closed with ${code}`));

  return {
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    buffered: () => socket.bufferedAmount,
    onMessage(callback) {
      onMessage = callback;
      for (const text of arrived.splice(0)) callback(text);
    },
    onClose(callback) {
      if (over !== null) callback(over);
      else onClose.push(callback);
    },
    close(reason) {
      end(reason);
      // The reason of a close frame has at most 123 bytes.
      socket.close(1000, Buffer.from(reason).subarray(0, 100).toString().replaceAll('\ufffd', ''));
      setTimeout(() => socket.terminate(), 1_000).unref();
    },
  };
}

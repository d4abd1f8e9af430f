import { once } from 'node:events';
import { connect } from 'node:net';
import { threadId } from 'node:worker_threads';
import { Type } from 'typebox';
import { defineJobKind, TerminalFailure } from '../runtime/job-kind.ts';

/** A kind that does what its payload says, to be run by tests of the runtime. */
export const jobKind = defineJobKind({
  kind: 'wild',
  schema: Type.Object({
    act: Type.Enum(['succeed', 'exit', 'throw', 'throw-terminal', 'throw-later', 'allocate', 'wait', 'linger']),
    port: Type.Optional(Type.Integer()),
  }),
  timeLimitMs: 30_000,
  async run({ act, port }) {
    if (act === 'exit') process.exit(3);
    if (act === 'throw') throw new Error('this went wrong');
    if (act === 'throw-terminal') throw new TerminalFailure('this is for ever');
    if (act === 'allocate') {
      const hoard: number[][] = [];
      for (;;) hoard.push(new Array<number>(100_000).fill(hoard.length));
    }
    if (act === 'wait' || act === 'linger' || act === 'throw-later') {
      const socket = connect({ host: '127.0.0.1', port: port ?? 0 });
      socket.resume();
      // Only who waits closes the line: the others leave it behind, and it lasts as long as its thread.
      await once(socket, act === 'wait' ? 'end' : 'connect');
      if (act === 'wait') socket.destroy();
      if (act === 'throw-later') setImmediate(() => Promise.reject(new Error('nobody waits for this')));
    }
    return { did: act, thread: threadId };
  },
});

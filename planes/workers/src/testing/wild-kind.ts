import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { Type } from 'typebox';
import { Defer, defineJobKind, RetryAfter, TerminalFailure } from '../runtime/job-kind.ts';

/** A kind that does what its payload says, to be run by tests of the runtime. */
export const jobKind = defineJobKind({
  kind: 'wild',
  schema: Type.Object({
    act: Type.Enum([
      'succeed',
      'exit',
      'throw',
      'throw-terminal',
      'throw-later',
      'retry-after',
      'defer',
      'allocate',
      'wait',
      'obey',
      'linger',
      'function',
      'circle',
      'nothing',
      'progress',
      'pace',
    ]),
    port: Type.Optional(Type.Integer()),
    everyMs: Type.Optional(Type.Number()),
  }),
  timeLimitMs: 30_000,
  async run({ act, port, everyMs }, { signal, progress, pace }): Promise<unknown> {
    if (act === 'exit') process.exit(3);
    if (act === 'throw') throw new Error('this went wrong');
    if (act === 'throw-terminal') throw new TerminalFailure('this is for ever');
    if (act === 'retry-after') throw new RetryAfter(1_500, 'the other side is busy');
    if (act === 'defer') throw new Defer(2_500, 'it is not its turn');
    if (act === 'allocate') {
      const hoard: number[][] = [];
      for (;;) {
        hoard.push(new Array<number>(20_000).fill(hoard.length));
        // Who allocates without a pause may outrun V8, which then ends the process instead of the thread.
        await nextTurn();
      }
    }
    if (act === 'function') return { did: () => act };
    if (act === 'nothing') return undefined;
    if (act === 'circle') {
      const circle: { self?: unknown; big: bigint } = { big: 1n };
      circle.self = circle;
      return circle;
    }
    if (act === 'pace') await pace([{ key: 'wild', everyMs: everyMs ?? 0 }]);
    if (act === 'progress') {
      for (let done = 0; done <= 1_000; done += 1) await progress(done / 1_000, `step ${done}`);
      await progress(Number.NaN, 'odd');
    }
    if (act === 'wait' || act === 'obey' || act === 'linger' || act === 'throw-later') {
      const socket = connect({ host: '127.0.0.1', port: port ?? 0 });
      socket.resume();
      // Only who waits closes the line: the others leave it behind, and it lasts as long as its thread.
      await once(socket, act === 'wait' || act === 'obey' ? 'end' : 'connect', act === 'obey' ? { signal } : {}).catch((error: unknown) => {
        socket.destroy();
        throw error;
      });
      if (act === 'wait') socket.destroy();
      if (act === 'throw-later') setImmediate(() => Promise.reject(new Error('nobody waits for this')));
    }
    return { did: act, thread: threadId };
  },
});

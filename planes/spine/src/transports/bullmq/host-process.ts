import { silentLog } from '@etis/kernel';
import { createBullmqTransport } from './transport.ts';

/** A host of `nudge-standard` in a process of its own, for tests that kill it: says what it took and never answers. */
const [url = '', key = ''] = process.argv.slice(2);
const receiver = createBullmqTransport({ url, key: Buffer.from(key, 'hex'), log: silentLog }).receive(
  'nudge-standard',
  async ({ lane }) => {
    process.stdout.write(`${lane}\n`);
    return await new Promise(() => undefined);
  },
);
await receiver.start();

import { createGuard, operatorTokenHash } from '@etis/agent';
import { createEdge } from '@etis/edge';
import { silentLog } from '@etis/kernel';
import { announce } from '../ingest/contender.ts';
import { startStand } from './stand.ts';

// The platform's own way: edge, guard, validation, the API's hooks, ETag and serialisation.
const token = operatorTokenHash(process.env.BENCH_SECRET ?? '');
const { control, stop } = await startStand();
const edge = createEdge({
  listen: { host: '127.0.0.1', port: 0 },
  routes: [control.routes],
  ready: async () => [],
  guard: createGuard({ operatorTokenHash: () => token }),
  log: silentLog,
});
await edge.start();
announce(Number(new URL(edge.address()).port), async () => {
  await edge.stop();
  await stop();
});

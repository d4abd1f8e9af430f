import type { RouteModule } from '@etis/contracts/http';
import { problem } from './problem.ts';
import { sendProblem } from './problem-replies.ts';
import type { Readiness } from './readiness.ts';

/** `/healthz` says that the process lives; `/readyz` says whether it can do its work, and otherwise which checks failed. */
export function healthRoutes(readiness: Readiness): RouteModule {
  return {
    prefix: '',
    async register(app) {
      const directives = { exempt: 'whether the process lives and works is true whatever an operator ordered' };
      const permission = { public: 'who watches over the process has no credential, and the answer names parts only' };

      app.get('/healthz', { config: { permission, directives } }, async (_request, reply) => {
        reply.header('cache-control', 'no-store');
        return { status: 'alive' };
      });

      app.get('/readyz', { config: { permission, directives } }, async (_request, reply) => {
        const checks = await readiness();
        const failing = checks.filter((check) => !check.ok).map((check) => check.name);
        if (failing.length === 0) {
          reply.header('cache-control', 'no-store');
          return { status: 'ready', checks: checks.map((check) => check.name) };
        }
        reply.header('retry-after', 1);
        const detail = `Not ready: ${failing.join(', ')}. Ask again in a moment; if it stays, look at the log.`;
        return sendProblem(reply, problem({ status: 503, code: 'EDGE_NOT_READY', detail, failing }));
      });
    },
  };
}

import type { Log } from '@etis/contracts/log';

/**
 * A long-running part. `start` resolves when it is ready and rejects when it cannot be; `stop` may be called at any time and more than once,
 * resolves when nothing of it is left, and never rejects for having been stopped.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts services in the order given and stops them in the opposite one. Where one does not start, those that had started are stopped
 * before `start` rejects. A failure in stopping is logged and does not keep the others from stopping.
 */
export function supervise(name: string, services: readonly Service[], log: Log): Service {
  const started: Service[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    for (let service = started.pop(); service !== undefined; service = started.pop()) {
      try {
        await service.stop();
      } catch (error) {
        log.error({ service: service.name, err: error }, 'a service did not stop cleanly');
      }
    }
  }

  return {
    name,
    async start() {
      stopping = undefined;
      for (const service of services) {
        started.push(service);
        try {
          await service.start();
        } catch (error) {
          await stopAll();
          throw error;
        }
      }
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

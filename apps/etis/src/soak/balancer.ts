/** Chooses among several processes as a load balancer does: by asking each for `/readyz`. */
export interface Balancer {
  /** The address of one that said that it is ready, in turn; null where none did. */
  next(): string | null;
  stop(): Promise<void>;
}

const everyMs = 100;

export function createBalancer(processes: readonly { readonly url: string; ready(): Promise<boolean> }[]): Balancer {
  let ready: readonly string[] = [];
  let turn = 0;
  let stopped = false;

  async function watch(): Promise<void> {
    while (!stopped) {
      const answers = await Promise.all(processes.map((process) => process.ready()));
      ready = processes.filter((_, index) => answers[index]).map(({ url }) => url);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  const watching = watch();
  return {
    next() {
      turn += 1;
      return ready[turn % ready.length] ?? null;
    },
    async stop() {
      stopped = true;
      await watching;
    },
  };
}

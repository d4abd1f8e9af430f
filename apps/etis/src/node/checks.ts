import type { Node } from './node.ts';

/** Collects what must be true of a process, each under a public name. A check that throws counts as failing. */
export function createChecks(): Pick<Node, 'check' | 'checks'> {
  const asked = new Map<string, () => Promise<boolean>>();
  return {
    check: (name, ask) => void asked.set(name, ask),
    checks: () =>
      Promise.all(
        [...asked].map(async ([name, ask]) => ({
          name,
          ok: await ask().catch(() => false),
        })),
      ),
  };
}

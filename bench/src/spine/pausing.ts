import type { Directives, RestrictingDirective } from '@etis/contracts/directives';
import { uuidv7 } from '@etis/kernel';

/** Directives with a pause of the whole platform that is in force until it is resumed. */
export function pausing(): Directives & { resume(): void } {
  const pause: RestrictingDirective = {
    id: uuidv7(),
    installation: 'bench',
    epoch: 1,
    sequence: 1,
    verb: 'pause',
    scope: {},
    reason: 'a lane fills up',
    by: 'operator/bench',
    issuedAt: new Date().toISOString(),
  };
  const since = Date.now();
  const callbacks = new Set<() => void>();
  let paused = true;
  return {
    verdict: () => (paused ? { verb: 'pause', directives: [pause.id], reason: pause.reason, rate: null, since } : null),
    inForce: () => (paused ? [pause] : []),
    subscribe(callback) {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    resume() {
      paused = false;
      for (const callback of callbacks) callback();
    },
  };
}

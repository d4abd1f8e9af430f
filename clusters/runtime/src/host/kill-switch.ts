import type { Directives, DirectiveTarget, RestrictingVerb } from '@etis/contracts/directives';
import { errors } from '../errors.ts';

/** What the directives in force do to a host's work. */
export interface KillSwitch {
  /** @throws RUNTIME_HELD where the target is under one of the verbs */
  refuse(target: DirectiveTarget, verbs: readonly RestrictingVerb[]): void;
  /** Runs work with a signal that also aborts when the target is killed. */
  run<T>(target: DirectiveTarget, signal: AbortSignal, work: (stop: AbortSignal) => Promise<T>): Promise<T>;
}

export function createKillSwitch(directives: Directives): KillSwitch {
  return {
    refuse(target, verbs) {
      const verdict = directives.verdict(target);
      if (verdict !== null && verbs.includes(verdict.verb)) throw errors.HELD(verdict.verb, verdict.reason);
    },
    async run(target, signal, work) {
      const control = new AbortController();
      const abort = () => control.abort(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      const forget = directives.subscribe(() => {
        const verdict = directives.verdict(target);
        if (verdict?.verb === 'kill') control.abort(errors.HELD(verdict.verb, verdict.reason));
      });
      try {
        return await work(control.signal);
      } finally {
        forget();
        signal.removeEventListener('abort', abort);
      }
    },
  };
}

import { errorText } from '@etis/kernel';

/** One thing that must work before requests make sense. `name` is public. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
}

/** Asks for the checks. Calls at the same time share one round, so that an open address cannot be used to wear out what is checked. */
export type Readiness = () => Promise<readonly ReadinessCheck[]>;

/** Wraps `ready` so that it never rejects and never takes longer than `timeoutMs`: both count as a failed check named `readiness`. */
export function createReadiness(options: { ready: Readiness; timeoutMs: number; onFailure: (text: string) => void }): Readiness {
  let running: Promise<readonly ReadinessCheck[]> | undefined;

  async function round(): Promise<readonly ReadinessCheck[]> {
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => timeout.reject(new Error(`no answer within ${options.timeoutMs} ms`)), options.timeoutMs);
    try {
      return await Promise.race([options.ready(), timeout.promise]);
    } catch (error) {
      options.onFailure(errorText(error));
      return [{ name: 'readiness', ok: false }];
    } finally {
      clearTimeout(timer);
      running = undefined;
    }
  }

  return () => {
    running ??= round();
    return running;
  };
}

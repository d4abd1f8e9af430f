import type { LaneBatch, LaneFarewell, Transport } from '@etis/contracts/lanes';
import { EtisError, isUuid } from '@etis/kernel';
import { errors } from '../errors.ts';
import { thrownText } from '../record/thrown-text.ts';

/**
 * What is known after a delivery. `answered`: everything before `failed` had its effect. `unreachable`: the cluster cannot be reached or is
 * being stopped, which says nothing about the entries. `unknown`: whether there was an effect is not known, and the first entry may be to blame.
 */
export type Delivered =
  | {
      readonly kind: 'answered';
      readonly outgoing: readonly string[] | undefined;
      readonly left: LaneFarewell | undefined;
      readonly failed?: {
        readonly index: number;
        readonly error: string;
        readonly retryable: boolean;
        readonly retryAfterMs?: number | undefined;
      };
    }
  | { readonly kind: 'unreachable' | 'unknown'; readonly error: string };

/** Delivers once and never throws. Does not wait for a transport that ignores the signal. */
export async function deliver(transport: Transport, batch: LaneBatch, signal: AbortSignal): Promise<Delivered> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  aborted.catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    const { failed, outgoing, left } = await Promise.race([transport.deliver(batch, signal), aborted]);
    if (outgoing?.every(isUuid) === false) throw errors.OUTCOME_MALFORMED('it names something outgoing by an id that is none');
    if (failed === undefined) return { kind: 'answered', outgoing, left };
    const index = batch.entries.findIndex((entry) => entry.position === failed.position);
    if (index < 0) throw errors.OUTCOME_MALFORMED(`it names position ${failed.position}, which was not in the batch`);
    const { retryable, retryAfterMs } = failed;
    return { kind: 'answered', outgoing, left, failed: { index, error: thrownText(failed.error, 2_000), retryable, retryAfterMs } };
  } catch (thrown) {
    const error = signal.aborted ? signal.reason : thrown;
    const kind = error instanceof EtisError && error.kind === 'unavailable' ? 'unreachable' : 'unknown';
    return { kind, error: thrownText(error, 2_000) };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

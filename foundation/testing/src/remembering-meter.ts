import type { Meter } from '@etis/contracts/telemetry';

type Work = Parameters<Meter['work']>[0];

/** A meter that shows what it was told. */
export function rememberingMeter(): Meter & { readonly told: readonly Work[] } {
  const told: Work[] = [];
  return { told, work: (done) => void told.push(done), watchQueues: () => undefined };
}

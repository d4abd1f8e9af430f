import type { Meter, QueueSample } from '@etis/contracts/telemetry';

/** A meter for the parts of a process before there is anybody to report to; what is done until then is not counted. */
export interface LateMeter extends Meter {
  reportTo(meter: Meter): void;
}

export function createLateMeter(): LateMeter {
  let target: Meter | undefined;
  const watched: (() => Promise<readonly QueueSample[]>)[] = [];
  return {
    work: (done) => target?.work(done),
    watchQueues(read) {
      if (target === undefined) watched.push(read);
      else target.watchQueues(read);
    },
    reportTo(meter) {
      target = meter;
      for (const read of watched.splice(0)) meter.watchQueues(read);
    },
  };
}

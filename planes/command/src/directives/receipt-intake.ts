import { setTimeout as delay } from 'node:timers/promises';
import type { BreakGlassDirective, Receipt } from '@etis/contracts/directives';
import type { Log } from '@etis/contracts/log';
import type { Signed } from '@etis/contracts/snapshot';
import { isUuid } from '@etis/kernel';
import { digestOf } from './directive-rows.ts';

/** A receipt whose signature and sender were verified. */
export interface TakenReceipt {
  readonly signed: Signed;
  readonly receipt: Receipt;
  /** What was applied locally, where it was that. */
  readonly breakGlass: { readonly signed: Signed; readonly directive: BreakGlassDirective } | null;
}

/** Keeps receipts, many in one transaction: a kill of everything is answered by every node at once. */
export interface ReceiptIntake {
  /** Takes what a subscriber sent, once its signature was verified; false for what it may not say. Kept soon after. */
  receive(signed: Signed, subscriber: string): boolean;
  /** Resolves when everything that was received is kept, or was given up with an error in the log. */
  settled(): Promise<void>;
}

const gatherMs = 5;
const mostWaiting = 50_000;
const batchCount = 1_000;

export function createReceiptIntake(options: {
  installation: string;
  /** @throws for a directive that no certified operator signed */
  openBreakGlass: (signed: Signed) => BreakGlassDirective;
  keep: (batch: readonly TakenReceipt[]) => Promise<void>;
  log: Log;
}): ReceiptIntake {
  const { log } = options;
  const waiting: TakenReceipt[] = [];
  let keeping: Promise<void> | undefined;

  async function keepAll(): Promise<void> {
    // The first is kept at once. A kill of everything is answered by everybody: what comes while a transaction runs, and a moment longer, is the next one.
    for (; waiting.length > 0; await delay(gatherMs)) {
      const batch = waiting.splice(0, batchCount);
      try {
        await options.keep(batch);
      } catch (error) {
        // Subscribers say again what they hold when they come back, and every manifest names what is in force: this is about the record alone.
        log.error({ receipts: batch.length, err: error }, 'receipts of directives could not be kept');
      }
    }
    keeping = undefined;
  }

  return {
    receive(signed, subscriber) {
      const taken = readReceipt(signed, subscriber, options);
      if (taken === null) {
        log.warn({ subscriber }, 'a receipt was dropped: it is not about what its sender may speak for');
        return false;
      }
      if (waiting.length >= mostWaiting) {
        log.error({ subscriber }, 'a receipt was dropped: too many wait to be kept');
        return false;
      }
      waiting.push(taken);
      keeping ??= keepAll();
      return true;
    },
    async settled() {
      await keeping;
    },
  };
}

function readReceipt(
  signed: Signed,
  subscriber: string,
  { installation, openBreakGlass }: { installation: string; openBreakGlass: (signed: Signed) => BreakGlassDirective },
): TakenReceipt | null {
  try {
    const receipt = JSON.parse(signed.payload) as Receipt;
    const isMeant = receipt.subscriber === subscriber && receipt.installation === installation;
    const isWhole = isUuid(receipt.directive) && (receipt.outcome === 'applied' || receipt.outcome === 'refused');
    if (!isMeant || !isWhole || typeof receipt.digest !== 'string') return null;
    if (receipt.breakGlass === undefined) return { signed, receipt, breakGlass: null };
    const directive = openBreakGlass(receipt.breakGlass);
    const isSame = directive.id === receipt.directive && digestOf(receipt.breakGlass) === receipt.digest;
    if (!isSame || directive.breakGlass.target !== subscriber) return null;
    return { signed, receipt, breakGlass: { signed: receipt.breakGlass, directive } };
  } catch {
    return null;
  }
}

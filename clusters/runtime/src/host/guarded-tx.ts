import { errorText } from '@etis/kernel';
import type { Tx } from '@etis/postgres';
import { errors } from '../errors.ts';
import type { ProductTx } from '../sdk/handler.ts';
import { isDatabaseTrouble } from './database-trouble.ts';
import { refusalOf } from './statement-guard.ts';

/** A transaction lent to product code: refuses what belongs to the host and ends with the code that it was lent to. */
export interface GuardedTx {
  readonly tx: ProductTx;
  /** The error of a statement that failed through the database's own trouble; undefined where none did. */
  trouble(): unknown;
  /**
   * Takes the transaction back after the code resolved.
   * @throws RUNTIME_STATEMENT_UNFINISHED when a statement still ran, RUNTIME_STATEMENT_FAILED when one failed and nobody minded.
   */
  settle(): Promise<void>;
  /** Takes it back after the code rejected or was given up; resolves when no statement runs any more. */
  close(): Promise<void>;
}

export function createGuardedTx(tx: Tx): GuardedTx {
  const running = new Set<Promise<unknown>>();
  let open = true;
  let failure: { readonly error: unknown } | undefined;

  async function close(): Promise<void> {
    open = false;
    await Promise.allSettled(running);
  }

  async function query<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    if (!open) throw errors.CONTEXT_CLOSED('tx.query');
    const statement = run<Row>(text, values);
    running.add(statement);
    try {
      return await statement;
    } catch (error) {
      failure ??= { error };
      throw error;
    } finally {
      running.delete(statement);
    }
  }

  return {
    tx: {
      query<Row extends object>(text: string, values: readonly unknown[] = []) {
        const rows = query<Row>(text, values);
        // A rejection that nobody awaits would end the process, every tenant's; `settle` reports it.
        rows.catch(() => {});
        return rows;
      },
    },
    trouble: () => (isDatabaseTrouble(failure?.error) ? failure?.error : undefined),
    async settle() {
      const unfinished = running.size > 0;
      await close();
      if (unfinished) throw errors.STATEMENT_UNFINISHED();
      if (failure !== undefined) throw errors.STATEMENT_FAILED.because({ cause: failure.error }, errorText(failure.error).slice(0, 200));
    },
    close,
  };

  async function run<Row extends object>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const refusal = refusalOf(text);
    if (refusal !== undefined) throw errors.STATEMENT_REFUSED(refusal);
    return tx.query<Row>(text, values);
  }
}

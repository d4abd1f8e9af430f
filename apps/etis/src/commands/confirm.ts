import { createInterface } from 'node:readline/promises';
import { errors } from '../errors.ts';

/** Asks and tells whether the answer was yes. */
export type Confirm = (question: string) => Promise<boolean>;

/** What a command that cannot be taken back takes. */
export interface Confirmed {
  /** Not to ask. */
  readonly yes?: boolean;
  readonly confirm?: Confirm;
}

/** Asks unless it was told not to. @throws ETIS_NOT_CONFIRMED where the answer is no, or nobody sits at a terminal */
export async function confirmed({ yes, confirm = askAtTerminal }: Confirmed, question: string): Promise<void> {
  if (yes !== true && !(await confirm(question))) throw errors.NOT_CONFIRMED();
}

/** Asks at the terminal. @throws ETIS_NOT_CONFIRMED where nobody sits at one */
export async function askAtTerminal(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw errors.NOT_CONFIRMED();
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await line.question(question)).trim());
  } finally {
    line.close();
  }
}

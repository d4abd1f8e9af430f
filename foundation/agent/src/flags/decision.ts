import type { Explained } from '@etis/contracts/configuration';

/** A value without the explanation: what hot paths ask for. */
export type Decision = Pick<Explained, 'value' | 'variant' | 'reason'>;

/** Takes down, broadest first, what spoke and what counted; absent where nobody asks. */
export type Trace = string[] | undefined;

/** A value as an explanation shows it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

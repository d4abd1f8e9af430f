import type { Directive } from '@etis/contracts/directives';

/** Where a directive stands among all of an installation. */
export interface DirectiveOrder {
  readonly epoch: number;
  readonly sequence: number;
}

/** Before every directive that was ever ordered. */
export const firstOrder: DirectiveOrder = { epoch: 0, sequence: 0 };

/** Whether `one` is later than `other`. */
export function isLater(one: DirectiveOrder, other: DirectiveOrder): boolean {
  return one.epoch === other.epoch ? one.sequence > other.sequence : one.epoch > other.epoch;
}

export function isBreakGlass(directive: Directive): directive is Extract<Directive, { breakGlass: unknown }> {
  return 'breakGlass' in directive;
}

/** What a figure does to a threshold: between `clearAt` and `raiseAt` an alert that is open stays open and one that is not stays away. */
export function crossing(
  threshold: { readonly direction: 'above' | 'below'; readonly raiseAt: number; readonly clearAt: number },
  of: { readonly value: number; readonly isOpen: boolean },
): 'raise' | 'resolve' | null {
  const sign = threshold.direction === 'above' ? 1 : -1;
  const [value, raiseAt, clearAt] = [of.value * sign, threshold.raiseAt * sign, threshold.clearAt * sign];
  if (!of.isOpen) return value >= raiseAt ? 'raise' : null;
  // Where both are the same, reaching it raises and only leaving it resolves.
  return value < raiseAt && value <= clearAt ? 'resolve' : null;
}

import { errorText } from '@etis/kernel';
import { columnText } from './column-text.ts';

/** What was thrown, as a text to keep. Foreign code may throw anything, also what cannot be turned into a text. */
export function thrownText(thrown: unknown, limit: number): string {
  try {
    return columnText(errorText(thrown), limit);
  } catch {
    return 'something was thrown that has no text';
  }
}

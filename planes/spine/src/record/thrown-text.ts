import { errorText } from '@etis/kernel';
import { columnText } from './column-text.ts';

/** What was thrown, as a text to keep. */
export function thrownText(thrown: unknown, limit: number): string {
  return columnText(errorText(thrown), limit);
}

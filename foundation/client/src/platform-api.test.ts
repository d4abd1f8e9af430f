import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { generateTypes } from './generate.ts';

/** What stands between the words is the formatter's. */
function words(text: string): string {
  return text.replace(/[\s;,'"()|]+/g, '');
}

describe('the types', () => {
  it('are made from the document in the repository; `npm run openapi` writes them', async () => {
    const stands = await readFile(new URL('./platform-api.ts', import.meta.url), 'utf8');
    expect(words(stands) === words(await generateTypes())).toBe(true);
  });
});

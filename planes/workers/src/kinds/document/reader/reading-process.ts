import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boundedJson } from './bounded-json.ts';
import { loadReader } from './readers.ts';
import { Bomb, type ReadingAnswer, type ReadingRequest, Unreadable } from './reading.ts';
import { createTextFile } from './text-file.ts';

const maxWarnings = 20;

/** Reads the one document that this process is there for. */
async function read(request: ReadingRequest): Promise<ReadingAnswer> {
  const text = createTextFile(join(request.out, 'text.txt'), request.maxTextChars);
  const warnings: string[] = [];
  const facts: Record<string, unknown> = {};
  const warn = (sentence: string) => void (warnings.length < maxWarnings && warnings.push(sentence));
  const reader = await loadReader(request.mimeType);
  // From here on it is the document's doing when this process ends.
  writeFileSync(join(request.out, 'started'), '');
  try {
    await reader({ request, text, warn, describe: (more) => void Object.assign(facts, more) });
  } catch (error) {
    const bomb = bombOf(error);
    if (bomb !== null) return { kind: 'bomb', reason: bomb };
    warn(
      error instanceof Unreadable ? error.message : `It is damaged, or uses something that its reader does not know: ${reasonOf(error)}.`,
    );
  }
  const { chars, excerpt, full } = text.close();
  if (full) warn(`Its text is longer than the ${request.maxTextChars} characters that are kept; the rest was left out.`);
  return { kind: 'read', chars, excerpt, metadata: boundedJson(facts) as Record<string, unknown>, warnings };
}

function bombOf(error: unknown): string | null {
  if (error instanceof Bomb) return error.message;
  // How memory beside the heap is refused, and arrays and strings of a length that cannot be; libraries wrap it in errors of their own.
  const refused = /allocation failed|failed to allocate|out of memory|Invalid (typed )?(array|string) (buffer )?length/i.test(
    reasonOf(error),
  );
  return refused ? 'reading it takes more memory than is allowed' : null;
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return boundedJson(text.split('\n', 1)[0]?.slice(0, 200).replace(/\.$/, '')) as string;
}

// Whoever asked is gone when this ends, and nobody will read the answer.
process.stdin
  .on('end', () => process.exit(1))
  .on('error', () => process.exit(1))
  .resume();
const request = JSON.parse(process.argv[2] ?? '') as ReadingRequest;
// Libraries leave promises behind that nobody awaits; what they say about a broken file is not worth more than what was read of it.
process.on('unhandledRejection', () => {});
writeFileSync(join(request.out, 'reading.json'), JSON.stringify(await read(request)));
process.exit(0);

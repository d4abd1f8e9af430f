import { createReadStream } from 'node:fs';
import { type CsvError, parse } from 'csv-parse';
import { delimiterOf } from '../sniff-text.ts';
import { type Reader, type ReadingRequest, Unreadable } from './reading.ts';

/** Plain text as it is. */
export const readPlain: Reader = async ({ request, text, describe, warn }) => {
  let lines = 0;
  let last = '\n';
  for await (const piece of decoded(request)) {
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) lines += 1;
    last = piece.at(-1) ?? last;
    if (request.text) text.append(piece);
  }
  describe({ encoding: request.encoding, lines: last === '\n' ? lines : lines + 1 });
  guessed(request, warn);
};

/** CSV and its relatives: the text as it is; how many rows and columns, and what the first row says. */
export const readTable: Reader = async ({ request, text, describe, warn }) => {
  let parser: ReturnType<typeof parse> | undefined;
  const seen = { rows: 0, columns: 0, uneven: false, header: [] as string[] };
  let failure: CsvError | undefined;

  function begin(first: string): ReturnType<typeof parse> {
    const delimiter = delimiterOf(first);
    describe({ encoding: request.encoding, delimiter });
    const made = parse({ delimiter, bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: 1_000_000 });
    made.on('data', (row: string[]) => {
      if (seen.rows === 0) seen.header = row.slice(0, 100);
      else seen.uneven ||= row.length !== seen.columns;
      seen.columns = Math.max(seen.columns, row.length);
      seen.rows += 1;
    });
    made.on('error', (error: CsvError) => {
      failure = error;
    });
    return made;
  }

  for await (const piece of decoded(request)) {
    parser ??= begin(piece);
    if (request.text) text.append(piece);
    const current = parser;
    if (failure === undefined) await new Promise<void>((resolve) => current.write(piece, () => resolve()));
  }
  const ended = parser;
  if (ended !== undefined && failure === undefined) {
    await new Promise<void>((resolve) =>
      ended
        .once('error', () => resolve())
        .once('end', () => resolve())
        .end(),
    );
  }
  describe({ rows: seen.rows, columns: seen.columns, header: seen.header });
  guessed(request, warn);
  if (seen.uneven) warn('Its rows do not all have the same number of columns.');
  if (failure !== undefined)
    throw new Unreadable(`Its rows were counted up to number ${seen.rows} only: ${failure.message.slice(0, 200)}.`);
};

async function* decoded({ file, encoding }: ReadingRequest): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding ?? 'utf-8');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const piece = decoder.decode(chunk, { stream: true });
    if (piece !== '') yield piece;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

function guessed({ encoding }: ReadingRequest, warn: (sentence: string) => void): void {
  if (encoding === 'windows-1252') warn('It does not say how its characters are written; they were read as Windows-1252.');
}

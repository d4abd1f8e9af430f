import { type Command, InvalidArgumentError } from 'commander';
import { type Output, table } from '../output.ts';

/** What every command takes that shows something. */
export interface ShowOptions {
  readonly json?: boolean;
}

/** What every command takes that shows a page of a list. */
export interface PageOptions extends ShowOptions {
  readonly limit?: string;
  readonly cursor?: string;
}

interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A list's columns: their titles, and a row's cells. */
export interface Columns<T> {
  readonly titles: readonly string[];
  readonly cells: (item: T) => readonly string[];
  /** What to say of an empty list. */
  readonly none: string;
}

export function showing(command: Command, description: string): Command {
  return command.description(description).option('--json', 'print data');
}

export function listing(command: Command, description: string): Command {
  return showing(command, description)
    .option('--limit <n>', 'how many, 1 to 200', '50')
    .option('--cursor <cursor>', 'go on where the last page ended');
}

/** The page that the options ask for. */
export function pageQuery({ limit, cursor }: PageOptions): { limit?: number; cursor?: string } {
  return { ...(limit === undefined ? {} : { limit: Number(limit) }), ...(cursor === undefined ? {} : { cursor }) };
}

/** The members that are given. */
export function given<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

export function printPage<T>(output: Output, options: ShowOptions, { page, columns }: { page: ListPage<T>; columns: Columns<T> }): void {
  if (options.json) {
    output.json(page);
    return;
  }
  if (page.items.length === 0) output.line(page.next === null ? columns.none : 'Nothing in this piece of the record.');
  else output.line(table(columns.titles, page.items.map(columns.cells)));
  if (page.next !== null) output.line(`\nThere are more: add --cursor ${page.next}`);
}

/** What was done, as a sentence or as data. */
export function printDone(output: Output, options: ShowOptions, { data, sentence }: { data: unknown; sentence: string }): void {
  if (options.json) output.json(data ?? {});
  else output.line(sentence);
}

/** JSON that was typed. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It is not JSON.');
  }
}

/** A whole number that was typed. */
export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}
